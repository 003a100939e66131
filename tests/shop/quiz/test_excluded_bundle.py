"""R31: what a part is not for, its bundle is not for, wherever the visitor meets it."""

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.catalogue.models import BundlePart
from shop.db import begin_write
from tests.make import make_product
from tests.shop.quiz.walk import HEALTHY, Walk


def test_a_bundle_with_an_excluded_part_is_neither_suggested_nor_added_without_a_word(
    client: FlaskClient, engine: Engine
) -> None:
    with Session(engine) as session:
        begin_write(session)
        plain = {"type": "massage_ball", "contraindications": (), "cautions": (), "allergens": ()}
        make_product(session, "PART1", title="Part", variants=("",), **{**plain, "allergens": ("LATEX",)})
        box = make_product(session, "BOX01", title="Box", variants=("",), available=0, **plain)
        box.variants[0].parts = [BundlePart(part_sku="PART1", quantity=1)]
        make_product(session, "BALL01", title="Ball", variants=("",), goes_with=("BOX01",), **plain)
        session.commit()
    before = client.get("/products/ball01").text

    Walk(client).answer_all({**HEALTHY, "allergies": ["LATEX"]})

    assert ">Box</a>" in before
    assert ">Box</a>" not in client.get("/products/ball01").text
    refused = client.post("/cart/add", data={"sku": "BOX01", "quantity": "1"})
    assert refused.status_code == 409
    assert "is not for you" in refused.text
