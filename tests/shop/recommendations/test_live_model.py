"""A promoted model orders the lists; whatever ails its file, pages stay as they are and the merchant is told."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from recommender.storage import Manifest, manifest_path, read_manifest, save
from shop.catalogue.service import catalogue_version
from shop.db import begin_write
from shop.importing.demo import load_demo
from shop.learning import register
from shop.learning.live import live_scorer
from shop.learning.models import Candidate, Impression, RankingModel
from shop.learning.states import ModelState
from shop.recommendations.logged import day_one_id
from tests.conftest import MakeApp
from tests.make import CLAIMS_ONLY, make_product
from tests.recommender.models import make_posterior
from tests.shop.quiz.walk import SORE_BACK, Walk

MANIFEST = Manifest(prior="p", first_day="2026-01-01", last_day="2026-06-01", rows=900, seed=0)


def walk_to_result(client: FlaskClient) -> TestResponse:
    """Somebody with a sore back goes through the questionnaire."""
    return Walk(client).answer_all(SORE_BACK)


def folder_of(app: Flask) -> Path:
    return Path(app.extensions["tsubo"].config.models_dir)


def sessions(app: Flask) -> Session:
    opened: Session = app.extensions["tsubo"].sessions()
    return opened


def promote(app: Flask, now: datetime, seed: int = 1) -> str:
    """A made-up model is live, and two mats are on sale."""
    sha256 = save(folder_of(app), make_posterior(seed), MANIFEST)
    with sessions(app) as session:
        begin_write(session)
        make_product(session, "MAT01")
        make_product(session, "MAT02", price=9900, length_mm=400)
        model, _ = register.add_candidate(session, sha256, by="system", now=now)
        register.promote(session, model, by="system", now=now)
        session.commit()
    return sha256


def state_of(app: Flask, sha256: str) -> tuple[ModelState, str]:
    with sessions(app) as session:
        model = register.get_model(session, sha256)
        return model.state, model.refusal


def numbers_of(app: Flask, sha256: str) -> Path:
    return folder_of(app) / f"{read_manifest(folder_of(app), sha256).numbers_sha256}.npz"


def delete_manifest(app: Flask, sha256: str) -> None:
    manifest_path(folder_of(app), sha256).unlink()


def delete_numbers(app: Flask, sha256: str) -> None:
    numbers_of(app, sha256).unlink()


def tamper(app: Flask, sha256: str) -> None:
    path = numbers_of(app, sha256)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def say_another_schema(app: Flask, sha256: str) -> None:
    path = manifest_path(folder_of(app), sha256)
    path.write_bytes(path.read_bytes().replace(b'"schema": "', b'"schema": "f'))


def test_a_live_model_makes_the_list_and_costs_no_statement(app: Flask, client: FlaskClient, now: datetime) -> None:
    sha256 = promote(app, now)
    statements: list[str] = []
    engine = app.extensions["tsubo"].engine

    with sessions(app) as session:
        version = catalogue_version(session)
        live_scorer(session, version)
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        found = live_scorer(session, version)

    assert found is not None
    assert found.model_id == sha256
    assert statements == []


def test_without_a_folder_or_a_model_the_expert_prior_serves(session: Session, now: datetime) -> None:
    model, _ = register.add_candidate(session, "a" * 64, by="system", now=now)
    register.promote(session, model, by="system", now=now)

    assert live_scorer(session, catalogue_version(session)) is None


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (delete_manifest, "is not there"),
        (delete_numbers, "is not there"),
        (tamper, "was changed since it was stored"),
        (say_another_schema, "was changed since it was stored"),
    ],
)
def test_a_file_that_cannot_be_used_leaves_the_page_as_on_day_one_and_is_told(
    app: Flask, client: FlaskClient, now: datetime, harm: Callable[[Flask, str], None], reason: str
) -> None:
    sha256 = promote(app, now)
    harm(app, sha256)

    with capture_logs() as logs:
        answers = [walk_to_result(client) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Mat MAT01" in answer.text for answer in answers)
    state, refusal = state_of(app, sha256)
    assert state is ModelState.REFUSED
    assert reason in refusal
    told = [line for line in logs if line["event"] == "model_refused"]
    assert [reason in line["reason"] for line in told] == [True], "told once, for the row is out of service"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_none_are_never_used(app: Flask, client: FlaskClient, now: datetime, bad: float) -> None:
    posterior = make_posterior(2)
    object.__setattr__(posterior, "intercept", np.array([bad, 0.0, 0.0]))
    sha256 = save(folder_of(app), posterior, MANIFEST)
    put_in_service(app, sha256, now)

    answer = walk_to_result(client)

    assert answer.status_code == 200
    assert state_of(app, sha256)[0] is ModelState.REFUSED


def test_a_model_of_other_features_is_refused_by_name(app: Flask, client: FlaskClient, now: datetime) -> None:
    posterior = make_posterior(3)
    names = tuple(name if name != "price" else "margin" for name in posterior.columns)
    object.__setattr__(posterior, "columns", names)
    sha256 = save(folder_of(app), posterior, MANIFEST)
    put_in_service(app, sha256, now)

    walk_to_result(client)

    assert state_of(app, sha256) == (
        ModelState.REFUSED,
        "The model was trained on other features or under other safety rules.",
    )


def test_a_file_that_was_put_back_serves_again_once_it_is_promoted_again(
    app: Flask, client: FlaskClient, now: datetime
) -> None:
    sha256 = promote(app, now)
    path = manifest_path(folder_of(app), sha256)
    kept = path.read_bytes()
    path.unlink()
    walk_to_result(client)
    path.write_bytes(kept)

    with sessions(app) as session:
        begin_write(session)
        register.promote(session, register.get_model(session, sha256), by="system", now=now.replace(hour=13))
        found = live_scorer(session, catalogue_version(session))

    assert found is not None


def put_in_service(app: Flask, sha256: str, now: datetime) -> None:
    """Past every check, as a mistake or an intruder would."""
    with sessions(app) as session:
        begin_write(session)
        make_product(session, "MAT01")
        session.add(RankingModel(sha256=sha256, state=ModelState.LIVE, made_at=now, made_by="x", promoted_at=now))
        session.commit()


def test_with_some_chance_allowed_lists_of_day_one_are_drawn_for_those_who_agreed_to_learning_alone(
    make_app: MakeApp, now: datetime
) -> None:
    app = make_app(SHOP_EXPLORATION="1.0")
    with sessions(app) as session:
        begin_write(session)
        load_demo(session, currency="USD", standards=CLAIMS_ONLY, now=now)
        session.commit()

    for learning in (False, True, True):
        client = app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        answer = Walk(client).answer_all(SORE_BACK, learning=learning)
        assert answer.status_code == 200

    with sessions(app) as session:
        lists = session.scalars(select(Impression)).all()
        chances = session.scalars(select(Candidate.propensity)).all()
    assert [(shown.model_id, shown.exploration) for shown in lists] == [(day_one_id(), 1.0)] * 2
    assert all(0 < chance <= 1 for chance in chances)
    assert any(chance < 1 for chance in chances)
