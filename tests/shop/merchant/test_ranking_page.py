"""The merchant sees what orders the lists, how it compared, what went wrong with a model, and what the goods cover."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from recommender.storage import Manifest, save
from shop.catalogue.service import bump_version
from shop.learning import register
from shop.recommendations.coverage import coverage_view
from shop.stock.models import StockLevel
from tests.make import make_product
from tests.recommender.models import make_posterior
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction

DECISION: dict[str, Any] = {
    "verdict": "not_enough_yet",
    "promote": False,
    "on": "2026-06-01",
    "against": "",
    "reading": "a log",
    "look": 1,
    "weighed": False,
    "lists": 240,
    "lines": ["240 lists since the candidate's training.", "Not enough yet: the live model stays."],
    "table": [
        {"name": "model 1", "worth": 212, "rewarded": 9, "snips": [0.0412, 0.02, 0.07], "snips_ahead": None},
        {"name": "day one", "worth": 240, "rewarded": 8, "snips": None, "snips_ahead": [0.0102, -0.01, 0.03]},
    ],
}


def test_without_any_model_the_page_says_that_nothing_can_be_concluded(merchant: Browser) -> None:
    page = merchant.get("/merchant/ranking").text

    assert "The rules of day one" in page
    assert "nothing can be concluded" in page
    assert "no model can be promoted from them" in page, "no chance in the lists is told"
    assert 'href="/merchant/ranking" aria-current="page"' in page


def test_the_last_comparison_stands_there_with_its_sample_sizes_and_sentences(
    merchant: Browser, transaction: Transaction, now: datetime
) -> None:
    with transaction() as session:
        model, _ = register.add_candidate(session, "a" * 64, by="merchant:m@shop.example", now=now)
        register.keep_decision(model, DECISION)

    page = merchant.get("/merchant/ranking").text

    assert "Model 1, compared on 2026-06-01." in page
    assert '<td data-label="Lists">212</td><td data-label="With a purchase">9</td>' in page
    assert "4.1 (2.0 to 7.0)" in page
    assert "+1.0 (-1.0 to +3.0)" in page
    assert "Not enough yet: the live model stays." in page
    assert "Waits for a decision" in page
    assert "<code>aaaaaaaaaaaa</code>" in page


def test_a_model_whose_file_is_gone_is_told_with_its_reason_here_and_on_the_first_page(
    merchant: Browser, transaction: Transaction, now: datetime
) -> None:
    with transaction() as session:
        model, _ = register.add_candidate(session, "b" * 64, by="system", now=now)
        register.promote(session, model, by="system", now=now)

    page, home = merchant.get("/merchant/ranking").text, merchant.get("/merchant").text

    assert "Model 1 is out of service" in page
    assert "is not there." in page
    assert "The rules of day one" in page
    assert "A ranking model is out of service" in home


def test_the_live_model_is_named(merchant: Browser, transaction: Transaction, now: datetime) -> None:
    folder = Path(merchant.client.application.extensions["tsubo"].config.models_dir)
    sha256 = save(folder, make_posterior(), Manifest(prior="p", first_day="", last_day="", rows=1, seed=0))
    with transaction() as session:
        model, _ = register.add_candidate(session, sha256, by="system", now=now)
        register.promote(session, model, by="merchant:m@shop.example", now=now)

    page = merchant.get("/merchant/ranking").text

    assert "<strong>Model 1</strong> orders the lists since" in page
    assert "out of service" not in page


def test_the_map_names_what_the_goods_lack(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        make_product(session, "GAP01", contraindications=None)
        make_product(session, "OUT01", available=0, price=100)
        session.execute(update(StockLevel).where(StockLevel.sku.like("OUT01%")).values(available=0))
        bump_version(session)

    page = merchant.get("/merchant/ranking").text

    assert "Products without safety fields: 1" in page
    assert '<a href="/merchant/products/GAP01">GAP01</a>' in page
    assert "Answers with no product: 0" not in page
    assert "Mat OUT01" in page


def test_the_map_is_worked_out_once_for_the_same_goods(session: Session) -> None:
    make_product(session, "MAT01")

    first, second = coverage_view(session, "USD"), coverage_view(session, "USD")
    bump_version(session)
    third = coverage_view(session, "USD")

    assert first is second
    assert third is not first
    assert third == first


def test_a_catalogue_that_takes_too_long_is_not_waited_for(session: Session) -> None:
    make_product(session, "GAP01", contraindications=None)

    found = coverage_view(session, "USD", seconds=0)

    assert not found.is_whole
    assert [(finding.key, finding.count) for finding in found.findings] == [("unsafe", 1)]


def test_nobody_else_sees_it(merchant: Browser) -> None:
    anybody = merchant.client.application.test_client()

    answer = anybody.get("/merchant/ranking")

    assert answer.status_code == 303
    assert "sign-in" in answer.location
