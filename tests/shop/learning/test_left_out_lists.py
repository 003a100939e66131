"""How many lists are not judged is said wherever a merchant reads of a comparison."""

import re

from flask import Flask
from sqlalchemy import select, update

from shop.clock import utc_now
from shop.db import begin_write
from shop.learning.models import Impression, RankingModel
from tests.shop.learning.made_up_log import fill_log

LEFT_OUT = re.compile(r"(\d+) of them cannot be made again from what is kept")


def test_lists_that_something_not_kept_decided_are_counted_on_page_card_and_screen(app: Flask) -> None:
    shop, runner = app.extensions["tsubo"], app.test_cli_runner()
    with shop.sessions() as session:
        begin_write(session)
        fill_log(session, 400, until=utc_now().date())
        session.execute(update(Impression).values(seed=Impression.seed + 1))  # nothing that is kept explains the order
        session.commit()

    runner.invoke(args=["shop", "learn", "train"])
    result = runner.invoke(args=["shop", "learn", "evaluate", "--cases", "50"])

    with shop.sessions() as session:
        kept = session.scalars(select(RankingModel.decision)).one() or {}
    found = [LEFT_OUT.findall(text) for text in (result.stdout, " ".join(kept["lines"]), kept["card"])]
    assert found[0] == found[1] == found[2], result.output
    assert kept["lists"] + int(found[0][0]) == 120, "three tenths of the lists were kept back to judge by"
