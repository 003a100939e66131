"""The card of a model: its manifest, how its chances came true since, and what the gate said. For commands alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from recommender.bits import Floats
from recommender.gate import Decision
from recommender.learning.calibration import report as calibration_report
from recommender.learning.columns import STAGES
from recommender.learning.statistics import Rows
from recommender.model_card import CardFacts, SegmentFigures, StageFigures, model_card
from recommender.posterior import Posterior
from recommender.storage import read_manifest
from shop.learning.models import RankingModel
from shop.learning.reading import LogReport, read_rows

NOT_SEEN = "no answer since its training"
NOTES = (
    "Health, allergies and mobility are in no logged number: what they weigh stays as the expert says.",
    "Rankings were compared on the products that were shown, by the order they give them.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was found when a model was judged. safety: cases and violations; graded: figures of the graded visits.

    judged_on: which lists were there and which of them are not judged. moved: what changed in the log since its
    training, and what trees find there.
    """

    stages: Sequence[StageFigures]
    decision: Decision
    graded: Mapping[str, float]
    safety: tuple[int, int]
    left_out: int
    judged_on: Sequence[str] = ()
    moved: Sequence[str] = ()
    segments: Sequence[SegmentFigures] = ()


def card_of(row: RankingModel, folder: Path, judged: Judgement | None = None) -> str:
    """The card as Markdown. Raises RefusedModel when the manifest cannot be read."""
    manifest = read_manifest(folder, row.sha256)
    facts = CardFacts(
        model=str(row.id),
        sha256=row.sha256,
        prior=manifest.prior,
        schema=manifest.schema,
        ruleset=manifest.ruleset,
        seed=manifest.seed,
        first_day=manifest.first_day,
        last_day=manifest.last_day,
        rows=manifest.rows,
        excluded_rows=judged.left_out if judged else 0,
        stages=judged.stages if judged else _of_training(manifest.metrics),
        segments=judged.segments if judged else (),
        safety_cases=judged.safety[0] if judged else 0,
        safety_violations=judged.safety[1] if judged else 0,
        personas=judged.graded if judged else {},
        judged_on=judged.judged_on if judged else (),
        drift=judged.moved if judged else (),
        notes=NOTES,
    )
    return model_card(facts, judged.decision if judged else None)


def since_training(
    session: Session, row: RankingModel, folder: Path, posterior: Posterior, since: date, report: LogReport
) -> list[StageFigures]:
    """How each stage's chances came true from `since` on, in lists that the model was not trained on."""
    asked: dict[str, tuple[list[Floats], list[Floats]]] = {stage: ([], []) for stage in STAGES}
    for rows in read_rows(session, since, report.today, report, columns=posterior.columns):
        trials, chances = rows.trials(), stage_chances(posterior, rows)
        for place, stage in enumerate(STAGES):
            here = trials.tried[:, place]
            asked[stage][0].append(chances[place, here])
            asked[stage][1].append(trials.won[here, place])
    return [
        _figures(trained, *asked[trained.stage]) for trained in _of_training(read_manifest(folder, row.sha256).metrics)
    ]


def stage_chances(posterior: Posterior, rows: Rows) -> Floats:
    """Return (stages, rows): how likely each row passes each stage; at the first its place counts, too."""
    chances = 1 / (1 + np.exp(-np.clip(posterior.linear(rows.features, rows.items), -35, 35)))
    looked = posterior.position_weight
    chances[0] *= looked[np.minimum(rows.positions, len(looked)) - 1]
    found: Floats = chances
    return found


def _figures(trained: StageFigures, predicted: Sequence[Floats], happened: Sequence[Floats]) -> StageFigures:
    chances = np.concatenate(predicted) if predicted else np.zeros(0)
    words = NOT_SEEN
    if len(chances):
        words = calibration_report(trained.stage, chances, np.concatenate(happened)).sentence
    return StageFigures(stage=trained.stage, rows=trained.rows, positives=trained.positives, calibration=words)


def _of_training(metrics: Mapping[str, float | None]) -> list[StageFigures]:
    return [
        StageFigures(
            stage=stage,
            rows=int(metrics.get(f"{stage}_answers") or 0),
            positives=metrics.get(f"{stage}_yes") or 0.0,
            calibration="not judged yet",
        )
        for stage in STAGES
    ]
