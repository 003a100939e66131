"""A product that the visitor's answers rule out, put into a comparison by the visitor (R31, R33)."""

import re

from flask.testing import FlaskClient

from tests.shop.quiz.walk import HEALTHY, Walk


def test_the_visitors_answers_warn_beside_the_product_and_stand_in_no_address(
    demo_walk: Walk, client: FlaskClient
) -> None:
    demo_walk.answer_all({**HEALTHY, "health": ["BLEED"], "areas": ["lower_back"], "goal": "relief"})
    result = client.get("/find/result").text
    offered = list(dict.fromkeys(re.findall(r'name="sku" value="(\w+)" form="compare"', result)))[:2]

    page = client.get(f"/compare?sku=MAT01&sku={offered[0]}")

    assert len(offered) == 2
    assert "public" not in page.headers.get("Cache-Control", "")
    verdicts = page.text.split('<th scope="row">By your answers</th>')[1].split("</tr>")[0].split("</td>")
    assert "<strong>Not for you:</strong>" in verdicts[0]
    assert "Nothing rules it out" in verdicts[1]
    assert "BLEED" not in page.request.url
