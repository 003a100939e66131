"""What the questionnaire ends with: the list, a referral, or an honest "nothing suitable"."""

import html
import re

import pytest
from flask import Flask

from recommender.questionnaire import RED_FLAGS
from recommender.safety import FLAGS
from recommender.types import UNKNOWN, WordingLevel
from shop.catalogue.models import Product
from shop.db import begin_write
from shop.quiz.service import NONE
from shop.stock.models import StockLevel
from tests.shop.quiz.walk import HEALTHY, SORE_BACK, Walk

HEADINGS = {
    WordingLevel.EMERGENCY_NOW: "Please stop here and get help now",
    WordingLevel.SAME_DAY: "Please speak to a doctor today",
    WordingLevel.CLINICIAN_SOON: "Please have this looked at first",
}
PRODUCT_TRACES = ("ts-result", "/cart/add", "$", "/products/", "ts-price", "newsletter", "Add to cart", "<img class")


def assert_nothing_is_for_sale(text: str) -> None:
    body = text[text.index("<main") : text.index("</main>")]
    for trace in PRODUCT_TRACES:
        assert trace not in body
    assert 'name="email"' not in text


def test_each_product_says_what_puts_it_before_the_next_one(demo_walk: Walk) -> None:
    demo_walk.answer_all(SORE_BACK)
    text = demo_walk.client.get("/find/result?more=1").text

    names = [html.unescape(re.sub("<.*?>", "", name)) for name in re.findall(r'<h2 id="pick-\d">\d\. (.*?)</h2>', text)]
    ahead = [html.unescape(sentence) for sentence in re.findall(r"(Ahead of .*? because .*?\.)</p>", text)]

    assert ahead
    for sentence in ahead:
        assert any(sentence.startswith(f"Ahead of {name} because ") for name in names[1:])


def test_the_result_names_what_was_asked_for_and_the_reasons_quote_it(demo_walk: Walk) -> None:
    wish = {**SORE_BACK, "position_preference": "lying", "pressure_preference": "2", "health": ["OSTEO"]}

    text = demo_walk.answer_all(wish).text

    assert "You asked for: lower back, lying down, mild." in text
    reasons = re.findall(r'<ul class="ts-reasons">(.*?)</ul>', text, re.DOTALL)
    assert any("Reaches the lower back." in each for each in reasons)
    assert any("lying down, as you asked" in each for each in reasons)
    assert not any(word in "".join(reasons).lower() for word in ("sore muscles", "bones", "osteoporosis"))


def test_three_products_come_first_and_the_others_on_request(demo_walk: Walk) -> None:
    first = demo_walk.answer_all(SORE_BACK).text
    everything = demo_walk.client.get("/find/result?more=1").text

    assert first.count('<article class="ts-result') == 3
    assert "Show 2 more" in first
    assert 'href="/find/result?more=1#pick-3"' in first
    assert everything.count('<article class="ts-result') == 5
    names = [re.findall(r'<h2 id="pick-\d">(.*?)</h2>', text) for text in (first, everything)]
    assert names[0] == names[1][:3]


def test_each_product_says_what_speaks_for_it_against_it_and_what_is_known_before_the_button(demo_walk: Walk) -> None:
    shown = demo_walk.answer_all({**SORE_BACK, "health": ["OSTEO", "CARD"]}).text

    articles = re.findall(r'<article class="ts-result.*?</article>', shown, re.DOTALL)
    assert articles
    for article in articles:
        button = article.index("Add to cart")
        for words in ("Why it fits", "What speaks against it", "Research:", "$", "ts-picture"):
            assert 0 <= article.index(words) < button
        assert 1 <= article[: article.index("speaks against")].count("<li>") <= 4
        if "Take care" in article:
            assert article.index("Take care") < button
        assert re.search(r'name="(sku)"', article)
        assert 'action="/cart/add"' in article


def test_matched_cautions_are_shown_in_plain_words(demo_walk: Walk) -> None:
    shown = demo_walk.answer_all({**SORE_BACK, "areas": ["neck"], "health": ["OSTEO"]}).text

    cautions = re.findall(r'<ul class="ts-cautions">(.*?)</ul>', shown, re.DOTALL)
    assert cautions
    assert all("OSTEO" not in caution for caution in cautions)


def test_the_result_is_honest_about_what_it_is_and_how_it_was_ordered(demo_walk: Walk) -> None:
    shown = demo_walk.answer_all(SORE_BACK)

    assert "Not a medical device and not medical advice" in shown.text
    assert "See a clinician if" in shown.text
    assert 'href="/pages/recommendations"' in shown.text
    assert "What we left out, and why" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Referrer-Policy"] == "same-origin"


def test_every_answer_is_listed_with_a_way_to_change_it(demo_walk: Walk) -> None:
    shown = demo_walk.answer_all({**SORE_BACK, "portability_need": "none", "max_budget": "73.30"}).text

    for words in ("Lower back", "Stays at home", "$73.30", "None of these", "Left open"):
        assert words in shown
    assert shown.count('<dd class="ts-change">') == 16
    assert "Start again" in shown


def test_the_same_answers_give_the_same_page(demo_walk: Walk) -> None:
    first = demo_walk.answer_all(SORE_BACK).text
    again = demo_walk.client.get("/find/result").text
    another_walk = demo_walk.answer_all(SORE_BACK).text

    assert first == again == another_walk


def test_the_budget_is_never_passed(demo_walk: Walk) -> None:
    shown = demo_walk.answer_all({**SORE_BACK, "max_budget": "25"}).text

    prices = [float(price) for price in re.findall(r'class="ts-price">.*?\$([\d.]+)', shown)]
    assert prices
    assert max(prices) <= 25


def test_nothing_suitable_says_so_and_sells_nothing(demo_walk: Walk) -> None:
    shown = demo_walk.answer_all({**SORE_BACK, "max_budget": "0.01"})

    assert shown.status_code == 200
    assert "Nothing here suits what you told us" in shown.text
    assert 'href="/articles"' in shown.text
    assert "ts-result " not in shown.text
    assert "Add to cart" not in shown.text
    assert "Change" in shown.text


def test_an_empty_catalogue_has_nothing_suitable(walk: Walk) -> None:
    assert "Nothing here suits" in walk.answer_all(SORE_BACK).text


@pytest.mark.parametrize("code", sorted(RED_FLAGS.codes - {UNKNOWN}))
def test_each_warning_sign_leads_to_its_referral_and_nothing_is_for_sale(walk: Walk, code: str) -> None:
    walk.begin()

    sent_on = walk.send("warning-signs", red_flags=[code])
    shown = walk.client.get(sent_on.location)

    assert sent_on.location == "/find/result"
    assert shown.status_code == 200
    assert HEADINGS[FLAGS[code][1]] in shown.text
    assert_nothing_is_for_sale(shown.text)
    assert "<title>Your result" in shown.text


def test_the_demo_shop_has_no_product_on_a_referral_either(demo_walk: Walk) -> None:
    titles = {product.title for product in _products(demo_walk.client.application)}

    shown = demo_walk.answer_all({"red_flags": ["CHEST", "NUMB"]}).text

    assert HEADINGS[WordingLevel.EMERGENCY_NOW] in shown
    assert 'href="tel:112"' in shown
    assert not [title for title in titles if title in shown]


def test_prefer_not_to_say_on_warning_signs_leads_to_the_clinician_page(walk: Walk) -> None:
    shown = walk.answer_all({"red_flags": [UNKNOWN]}).text

    assert HEADINGS[WordingLevel.CLINICIAN_SOON] in shown
    assert "You preferred not to say" in shown
    assert_nothing_is_for_sale(shown)


def test_after_a_warning_sign_every_page_leads_to_the_referral(walk: Walk) -> None:
    walk.answer_all({"red_flags": ["FEVER"]})

    assert walk.client.get("/find/where").location == "/find/result"
    assert walk.client.get("/find/health").location == "/find/result"
    assert walk.send("health", health=NONE, allergies=NONE).location == "/find/result"
    assert HEADINGS[WordingLevel.SAME_DAY] in walk.client.get("/find/result?more=1").text


def test_taking_a_warning_sign_back_restarts_the_questionnaire(walk: Walk) -> None:
    walk.answer_all(SORE_BACK)
    walk.send("warning-signs", red_flags=["FEVER"])

    back = walk.send("warning-signs", red_flags=NONE)

    assert back.location == "/find?deleted=1"
    assert walk.cookie() is None


def test_a_warning_sign_ticked_later_replaces_everything_else(walk: Walk) -> None:
    walk.answer_all({**SORE_BACK, "health": ["OSTEO"]})

    walk.send("warning-signs", red_flags=["CHEST"])

    assert HEADINGS[WordingLevel.EMERGENCY_NOW] in walk.client.get("/find/result").text
    assert not re.findall(r"OSTEO[^>]*checked", walk.client.get("/find/warning-signs").text)


def test_health_left_open_leaves_only_what_suits_everybody(demo_walk: Walk) -> None:
    given = {**HEALTHY, "health": [UNKNOWN], "allergies": [UNKNOWN], "areas": ["head", "feet", "hands"]}

    shown = demo_walk.answer_all({**given, "pain_kind": ["nausea", "stress_sleep", "foot_fatigue"]}).text

    assert "left open" in shown
    assert "Spike" not in "".join(re.findall(r'<h2 id="pick-\d">(.*?)</h2>', shown))


def test_a_sold_out_product_leaves_the_list_at_once(demo_walk: Walk) -> None:
    first = _names(demo_walk.answer_all(SORE_BACK).text)[0]

    _sell_out(demo_walk.client.application, first)

    assert first not in _names(demo_walk.client.get("/find/result?more=1").text)


def _names(text: str) -> list[str]:
    return re.findall(r'<h2 id="pick-\d">\d\. <a[^>]*>(.*?)</a>', text)


def _products(app: Flask) -> list[Product]:
    with app.extensions["tsubo"].sessions() as session:
        return list(session.query(Product))


def _sell_out(app: Flask, title: str) -> None:
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        product = session.query(Product).filter_by(title=title).one()
        for variant in product.variants:
            session.get_one(StockLevel, variant.sku).available = 0
        session.commit()


def test_the_answers_are_listed_as_statements(demo_walk: Walk) -> None:
    text = demo_walk.answer_all({**SORE_BACK, "health": ["PREG"]}).text

    answers = text[text.index('id="answers-title"') :]
    assert "Pregnant or may be pregnant" in answers
    assert "could you be?" not in answers
