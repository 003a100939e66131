"""A web worker in a process of its own: serves a questionnaire's result and the merchant's ranking page, once.

Writes what was answered and which packages are loaded by then, as JSON. Give it the app's settings and the merchant's
cookie, as JSON too.
"""

import json
import sys
from typing import Any

from flask import Flask

from shop import create_app
from tests.fakes import FakeGateway
from tests.shop.quiz.walk import SORE_BACK, Walk


def serve(app: Flask, staff_cookie: str) -> dict[str, Any]:
    """Walk through the questionnaire with both consents, and look at the merchant's page."""
    visitor, merchant = app.test_client(), app.test_client()
    visitor.environ_base.update(HTTP_SEC_FETCH_SITE="same-origin", HTTP_HOST="shop.test")
    merchant.set_cookie("tsubo_staff", staff_cookie)
    result, ranking = Walk(visitor).answer_all(SORE_BACK, learning=True), merchant.get("/merchant/ranking")
    return {"result": result.text, "ranking": ranking.text, "statuses": [result.status_code, ranking.status_code]}


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    served = serve(create_app(given["settings"], gateway=FakeGateway()), given["staff_cookie"])
    sys.stdout.write(json.dumps({**served, "loaded": sorted(sys.modules)}))
