"""What serves pages never loads what trains: it costs seconds and a lot of memory in every worker."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from shop.clock import utc_now
from shop.db import begin_write
from shop.importing.demo import load_demo
from shop.learning import register
from shop.learning.models import Impression
from shop.staff import service as staff
from shop.staff.models import StaffMember
from tests.make import CLAIMS_ONLY
from tests.shop.learning.made_up_log import fill_log

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("sklearn", "scipy", "pandas", "duckdb", "pyarrow", "dask", "distributed", "recommender.learning")
SETTINGS = ("MODE", "DATABASE_URL", "SECRET_KEYS", "MEDIA_DIR", "MODELS_DIR", "JOBS_URL", "BASE_URL")


@pytest.fixture
def live_model(app: Flask) -> str:
    """A demo shop in which a model that was trained on its log is live; its sha256."""
    now, shop = utc_now(), app.extensions["tsubo"]
    with shop.sessions() as session:
        begin_write(session)
        load_demo(session, currency="USD", standards=CLAIMS_ONLY, now=now)
        fill_log(session, 400, until=now.date())
        session.commit()
    trained = app.test_cli_runner().invoke(args=["shop", "learn", "train"])
    assert trained.exit_code == 0, trained.output
    with shop.sessions() as session:
        begin_write(session)
        model = register.get_model(session, None)
        register.promote(session, model, by="system", now=now + timedelta(seconds=1))
        session.commit()
        return model.sha256


def sign_in(app: Flask) -> str:
    """The cookie of a merchant who is signed in."""
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        member = StaffMember(email="m@shop.example", password_hash="none", active=True, created_at=utc_now())
        session.add(member)
        session.flush()
        token = staff.open_session(session, member.id, now=utc_now())
        session.commit()
        return token


def test_a_worker_that_served_a_trained_models_list_and_the_ranking_page_has_loaded_nothing_that_trains(
    app: Flask, live_model: str
) -> None:
    settings = {f"SHOP_{name}": app.config[f"SHOP_{name}"] for name in SETTINGS} | {"SHOP_EXPLORATION": 0.1}
    given = json.dumps({"settings": settings, "staff_cookie": sign_in(app)})

    done = subprocess.run(
        [sys.executable, "-m", "tests.shop.learning.web_worker", given],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    served = json.loads(done.stdout.splitlines()[-1])
    with app.extensions["tsubo"].sessions() as session:
        made_by = session.scalars(select(Impression.model_id).where(Impression.visit.not_like("visit-%"))).all()
    assert served["statuses"] == [200, 200]
    assert re.search(r'id="pick-1"', served["result"])
    assert made_by == [live_model], "the trained model made the list"
    assert f"<code>{live_model[:12]}</code>" in served["ranking"]
    assert [name for name in served["loaded"] if name.startswith(HEAVY)] == []
