"""A shop with the demo catalogue, and somebody who walks through its questionnaire."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.db import begin_write
from shop.importing.demo import load_demo
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY
from tests.shop.quiz.walk import Walk


@pytest.fixture
def demo_shop(app: Flask) -> Flask:
    """The app of this test with the 48 demo products in its database."""
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        load_demo(session, currency="USD", standards=CLAIMS_ONLY, now=NOW)
        session.commit()
    return app


@pytest.fixture
def walk(client: FlaskClient) -> Walk:
    """A visitor of a shop without products."""
    return Walk(client)


@pytest.fixture
def demo_walk(demo_shop: Flask, client: FlaskClient) -> Walk:
    """A visitor of the demo shop."""
    return Walk(client)
