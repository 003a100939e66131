"""What the merchant's page says of the ranking: what orders the lists, why, and how it compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from shop.catalogue.service import catalogue_version
from shop.learning import register
from shop.learning.live import live_scorer
from shop.learning.models import RankingModel

MOST_MODELS = 12
STATE_WORDS = {"candidate": "Waits for a decision", "live": "Live", "retired": "Retired", "refused": "Refused"}


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One ranking in the table. Figures are a hundred lists; `worth` is how many lists speak for it."""

    name: str
    worth: int
    rewarded: int
    earned: str
    ahead: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the gate said last of a model: the table, and sentences on what can and cannot be concluded."""

    number: int
    day: str
    rows: tuple[ComparedRow, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RankingView:
    """The page. `refused` would be live if its file could be used."""

    live: RankingModel | None
    refused: RankingModel | None
    models: Sequence[RankingModel]
    comparison: Comparison | None


def ranking_view(session: Session) -> RankingView:
    """How the ranking stands. A live model whose file cannot be used is taken out of service first."""
    live_scorer(session, catalogue_version(session))
    models = register.latest_models(session, MOST_MODELS)
    decided = [model for model in models if model.decision]
    latest = max(decided, key=lambda model: (str((model.decision or {}).get("on")), model.id), default=None)
    return RankingView(
        live=register.find_live(session),
        refused=register.find_refused(session),
        models=models,
        comparison=_comparison(latest) if latest is not None else None,
    )


def _comparison(model: RankingModel) -> Comparison:
    kept: Mapping[str, Any] = model.decision or {}
    rows = tuple(
        ComparedRow(
            name=str(line["name"]),
            worth=int(line["worth"]),
            rewarded=int(line["rewarded"]),
            earned=_in_words(line["snips"], sign=False),
            ahead=_in_words(line["snips_ahead"], sign=True),
        )
        for line in kept.get("table", ())
    )
    return Comparison(model.id, str(kept.get("on", "")), rows, tuple(str(line) for line in kept.get("lines", ())))


def _in_words(figure: Sequence[float] | None, *, sign: bool) -> str:
    """A figure a list as one a hundred lists, with its interval."""
    if not figure:
        return "–"
    value, low, high = (100 * number for number in figure)
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})" if sign else f"{value:.1f} ({low:.1f} to {high:.1f})"
