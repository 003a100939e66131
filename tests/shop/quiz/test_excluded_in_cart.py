"""A product that the visitor's answers rule out, put into the cart by its own page (R31, R32)."""

from flask.testing import FlaskClient

from tests.shop.quiz.walk import HEALTHY, Walk

SPIKE_MAT = {"sku": "MAT01-CHARCOAL", "quantity": "1"}
ON_BLOOD_THINNERS = {**HEALTHY, "health": ["BLEED"], "areas": ["lower_back"], "goal": "relief"}


def test_the_reason_is_shown_before_anything_lies_in_the_cart(demo_walk: Walk, client: FlaskClient) -> None:
    demo_walk.answer_all(ON_BLOOD_THINNERS)

    warned = client.post("/cart/add", data=SPIKE_MAT)

    assert warned.status_code == 409
    assert "somebody else" in warned.text
    assert "blood thinner" in warned.text.lower()
    assert "tsubo_cart" not in warned.headers.get("Set-Cookie", "")
    assert warned.headers["Cache-Control"] == "no-store"


def test_it_can_be_bought_for_somebody_else(demo_walk: Walk, client: FlaskClient) -> None:
    demo_walk.answer_all(ON_BLOOD_THINNERS)
    warned = client.post("/cart/add", data=SPIKE_MAT)
    assert 'name="for_somebody_else"' in warned.text

    added = client.post("/cart/add", data={**SPIKE_MAT, "for_somebody_else": "yes"})

    assert added.status_code == 303
    assert "Classic Spike Mat" in client.get("/cart").text


def test_a_fitting_product_goes_in_without_a_word(demo_walk: Walk, client: FlaskClient) -> None:
    demo_walk.answer_all(ON_BLOOD_THINNERS)

    added = client.post("/cart/add", data={"sku": "LUM01-BLACK", "quantity": "1"})

    assert added.status_code == 303


def test_without_answers_nobody_is_asked(demo_walk: Walk, client: FlaskClient) -> None:
    assert client.post("/cart/add", data=SPIKE_MAT).status_code == 303
