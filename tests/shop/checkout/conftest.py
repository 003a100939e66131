"""A shop with one product, and a visitor to it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.db import begin_write
from tests.make import make_product
from tests.shop.checkout.shopper import Shopper


@pytest.fixture
def shopper(client: FlaskClient, engine: Engine) -> Shopper:
    with Session(engine) as session:
        begin_write(session)
        make_product(session, "MAT01", title="Classic Mat", variants=("CHARCOAL", "TEAL"), available=3)
        session.commit()
    return Shopper(client)
