"""The front page, articles, policy pages as a visitor meets them."""

import json
import re

from flask import Response
from sqlalchemy.orm import Session

from shop.catalogue.models import ProductFacet
from shop.catalogue.states import ProductStatus
from shop.clock import utc_now
from shop.db import begin_write
from shop.quiz import visitor
from tests.make import make_product

ARTICLE = "/articles/acupressure-and-back-pain"


def _stock_up(app, *products):
    with Session(app.extensions["tsubo"].engine) as session:
        begin_write(session)
        for sku, fields in products:
            product = make_product(session, sku, **fields)
            has = session.get(ProductFacet, ("area", "lower_back", product.id))
            if has is None:
                session.add(ProductFacet(kind="area", value="lower_back", product_id=product.id))
        session.commit()


def test_reading_sets_no_cookie_and_may_be_cached(client):
    for address in ("/", "/articles", ARTICLE, "/pages/privacy"):
        answer = client.get(address)

        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public")


def test_the_front_page_leads_to_questionnaire_list_and_health_data_policy(client):
    text = client.get("/").text

    assert text.count("<h1>") == 1
    assert "/pages/health-data" in text
    assert "Find what suits you" in text


def test_the_article_has_every_part_the_reader_needs(client):
    text = client.get(ARTICLE).text

    assert text.count("<h1>") == 1
    for part in ('id="questionnaire"', "<details", 'id="references"', 'id="related"', 'id="newsletter-title"', "#top"):
        assert part in text
    assert text.count('id="newsletter-email"') == 1
    order = ['id="what-painkillers-can-do', 'id="questionnaire"', 'id="how-acupressure-is-used"']
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_ids_are_unique_and_every_link_within_the_page_arrives(client):
    text = client.get(ARTICLE).text

    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)


def test_the_markup_for_machines_says_what_the_page_says(client):
    text = client.get(ARTICLE).text

    blocks = [json.loads(block) for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)]
    article = next(block for block in blocks if block["@type"] == "Article")
    faq = next(block for block in blocks if block["@type"] == "FAQPage")
    assert {block["@type"] for block in blocks} == {"Article", "BreadcrumbList", "FAQPage"}
    assert f'datetime="{article["datePublished"]}"' in text
    assert f'datetime="{article["dateModified"]}"' in text
    assert article["author"]["name"] in text
    assert len(faq["mainEntity"]) == text.count("<details")


def test_the_product_block_shows_only_what_can_be_bought(app, client):
    _stock_up(
        app,
        ("MAT01", {"title": "Good mat"}),
        ("MAT02", {"title": "Sold-out mat", "available": 0}),
        ("MAT03", {"title": "Draft mat", "status": ProductStatus.DRAFT}),
    )

    text = client.get(ARTICLE).text

    assert "Good mat" in text
    assert "$34.00" in text
    assert "Sold-out mat" not in text
    assert "Draft mat" not in text


def test_the_block_shows_one_of_each_kind_before_a_second_of_one(app, client):
    mats = [(f"MAT{number}", {"title": f"Spiky {number}"}) for number in range(5)]
    _stock_up(app, *mats, ("BAL01", {"title": "A ball", "type": "massage_ball", "position": 99}))

    text = client.get(ARTICLE).text

    assert "A ball" in text
    assert text.count('class="ts-card"') == 4


def _answer(app, client, state):
    """Give the browser the cookie of a visitor who answered this."""
    with app.test_request_context("/", base_url="http://shop.test"):
        now = utc_now()
        cookie = visitor.keep(Response(), visitor.new_run(now), state, now).headers["Set-Cookie"].partition(";")[0]
    client.set_cookie(*cookie.split("=", 1))


def test_the_block_leaves_out_what_the_visitor_must_not_use(app, client):
    _stock_up(app, ("MAT01", {"title": "Good mat", "contraindications": ("PREG",)}))
    before = client.get(ARTICLE)

    _answer(app, client, {"red_flags": ("none",), "health": ("PREG",), "allergies": ("none",)})
    answer = client.get(ARTICLE)

    assert "Good mat" in before.text
    assert "Good mat" not in answer.text
    assert "Going by your answers" in answer.text
    assert "public" not in answer.headers["Cache-Control"]


def test_after_a_warning_sign_no_block_shows_a_product(app, client):
    _stock_up(app, ("MAT01", {"title": "Good mat"}))
    _answer(app, client, {"red_flags": ("CAUDA",)})

    texts = [client.get(address).text for address in (ARTICLE, "/")]

    assert ["Good mat" in text for text in texts] == [False, False]


def test_unknown_articles_and_pages_are_pages_of_the_shop(client):
    for address in ("/articles/nope", "/articles/..%2Fpages%2Fterms", "/pages/nope"):
        answer = client.get(address)

        assert answer.status_code == 404
        assert "Page not found" in answer.text


def test_the_policy_pages_remind_the_merchant_until_the_shop_is_live(client):
    assert "For the merchant" in client.get("/pages/terms").text
