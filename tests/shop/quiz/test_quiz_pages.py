"""The start page and the seven question pages: consent, order, Back, errors, size."""

import re

import pytest
from flask.testing import FlaskClient

from recommender.questionnaire import PAGES
from shop.quiz.service import NONE
from tests.shop.quiz.walk import HEALTHY, Walk


def test_the_start_page_says_what_it_takes_and_sets_no_cookie(client: FlaskClient) -> None:
    page = client.get("/find")

    assert page.status_code == 200
    assert "7 short pages" in page.text
    assert "about a minute" in page.text
    assert "No e-mail needed" in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"].startswith("public")


def test_the_consent_is_unticked_and_names_what_who_and_how_to_withdraw(client: FlaskClient) -> None:
    text = client.get("/find").text

    assert " checked" not in text
    for words in ("What we collect", "What for", "Who gets it", "Nobody", "How to withdraw", "health-data"):
        assert words in text


def test_nothing_is_asked_without_consent(client: FlaskClient) -> None:
    refused = client.post("/find", data={})

    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert "<title>Error: " in refused.text
    assert "Set-Cookie" not in refused.headers
    for page in PAGES:
        assert client.get(f"/find/{page.slug}").location == "/find"
        assert client.post(f"/find/{page.slug}", data={}).location == "/find"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_give_the_consent(client: FlaskClient, site: str) -> None:
    forged = client.post("/find", data={"consent": "y"}, headers={"Sec-Fetch-Site": site})

    assert forged.status_code == 403
    assert "Set-Cookie" not in forged.headers


def test_each_page_has_one_subject_a_count_a_way_back_and_nothing_preselected(walk: Walk) -> None:
    walk.begin()
    walk.send("warning-signs", red_flags=NONE)

    for page in PAGES[1:]:
        shown = walk.client.get(f"/find/{page.slug}")
        assert shown.status_code == 200
        assert f"Question {page.number} of 7" in shown.text
        assert shown.text.count("<h1>") == 1
        assert shown.text.index('class="ts-back"') < shown.text.index("<main")
        assert " checked" not in shown.text
        assert shown.headers["Cache-Control"] == "no-store"
        assert shown.headers["Referrer-Policy"] == "same-origin"
        assert "Delete my answers" in shown.text
        for question in page.questions:
            assert question.hint.split(".")[0] in shown.text


def test_a_page_with_one_question_has_its_legend_as_heading(walk: Walk) -> None:
    walk.begin()

    shown = walk.client.get("/find/warning-signs").text

    assert re.search(r"<legend[^>]*><h1>Do any of these apply", shown)


def test_continue_leads_through_the_pages_in_order(walk: Walk) -> None:
    led_to = [walk.begin().location]
    for page in PAGES:
        given = {q.field: HEALTHY[q.field] for q in page.questions if q.field in HEALTHY}
        led_to.append(walk.send(page.slug, **given).location)

    assert led_to == [f"/find/{page.slug}" for page in PAGES] + ["/find/result"]


def test_back_shows_what_was_answered(walk: Walk) -> None:
    walk.begin()
    walk.send("warning-signs", red_flags=NONE)
    walk.send("where", areas=["neck", "feet"])

    shown = walk.client.get("/find/where").text

    ticked = re.findall(r'name="areas"\s+value="(\w+)" checked', shown)
    assert ticked == ["neck", "feet"]


def test_changing_an_answer_leads_straight_back_to_the_result(walk: Walk) -> None:
    walk.answer_all({**HEALTHY, "areas": ["neck"]})

    changed = walk.send("where", areas=["feet"])

    assert changed.location == "/find/result"


def test_a_choice_can_be_taken_back_as_prefer_not_to_say(walk: Walk) -> None:
    walk.begin()
    walk.send("warning-signs", red_flags=NONE)
    walk.send("how-strong", intensity="7")
    walk.send("how-strong", intensity="")

    shown = walk.client.get("/find/how-strong").text

    assert re.search(r'name="intensity" value="" checked', shown)
    assert not re.search(r'name="intensity" value="7" checked', shown)


@pytest.mark.parametrize(
    ("slug", "fields", "words"),
    [
        ("warning-signs", {}, "Warning signs: please tick what applies"),
        ("warning-signs", {"red_flags": [NONE, "CAUDA"]}, "not both"),
        ("warning-signs", {"red_flags": ["NOT_A_CODE"]}, "choose from the list"),
        ("health", {"health": [NONE]}, "Allergies: please tick what applies"),
        ("health", {"health": ["LEPROSY"], "allergies": [NONE]}, "choose from the list"),
        ("where", {"areas": ["elbow"]}, "choose from the list"),
        ("where", {"areas": [NONE, "feet"]}, "not both"),
        ("how-strong", {"intensity": "11"}, "choose from the list"),
        ("how-strong", {"duration": "years"}, "choose from the list"),
        ("budget", {"max_budget": "a lot"}, "amount such as 40"),
        ("budget", {"max_budget": "-5"}, "amount such as 40"),
        ("budget", {"max_budget": "9" * 400}, "amount such as 40"),
        ("budget", {"max_budget": "1e5"}, "amount such as 40"),
        ("budget", {"max_budget": "NaN"}, "amount such as 40"),
    ],
)
def test_what_no_form_would_send_is_refused_on_the_same_page_and_not_kept(
    walk: Walk, slug: str, fields: dict[str, list[str] | str], words: str
) -> None:
    walk.begin()
    if slug != "warning-signs":
        walk.send("warning-signs", red_flags=NONE)
    before = walk.cookie()

    refused = walk.send(slug, **fields)

    assert refused.status_code == 422
    assert words in refused.text
    assert "There is a problem" in refused.text
    assert "<title>Error: " in refused.text
    assert walk.cookie() == before


def test_an_error_keeps_what_was_ticked(walk: Walk) -> None:
    walk.begin()
    walk.send("warning-signs", red_flags=NONE)

    refused = walk.send("health", health=["OSTEO", "VARIC"]).text

    assert re.findall(r'name="health"\s+value="(\w+)" checked', refused) == ["OSTEO", "VARIC"]


@pytest.mark.parametrize("typed", ["40", "40.00", "40,00", "$40", "USD 40", "40 USD", " 40 "])
def test_an_amount_is_read_as_people_write_it(walk: Walk, typed: str) -> None:
    walk.begin()
    walk.send("warning-signs", red_flags=NONE)

    walk.send("budget", max_budget=typed)

    assert 'value="40.00"' in walk.client.get("/find/budget").text


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_a_form_without_the_visitors_token_is_refused(walk: Walk, token: str | None) -> None:
    walk.begin()
    before = walk.cookie()
    data = {"red_flags": NONE} | ({} if token is None else {"csrf_token": token})

    forged = walk.client.post("/find/warning-signs", data=data)

    assert forged.status_code == 403
    assert walk.cookie() == before


def test_a_token_of_an_earlier_walk_is_refused(walk: Walk) -> None:
    walk.begin()
    old = walk.token()
    walk.begin()

    forged = walk.client.post("/find/warning-signs", data={"red_flags": NONE, "csrf_token": old})

    assert forged.status_code == 403


def test_an_address_that_is_no_page_is_not_found(walk: Walk) -> None:
    walk.begin()

    assert walk.client.get("/find/shoe-size").status_code == 404
    assert walk.client.post("/find/shoe-size", data={}).status_code == 404


def test_a_form_of_absurd_size_is_refused(walk: Walk) -> None:
    walk.begin()

    refused = walk.client.post("/find/warning-signs", data={"red_flags": "x" * 100_000})

    assert refused.status_code == 413


@pytest.mark.parametrize("slug", [page.slug for page in PAGES[1:]])
def test_no_page_can_be_reached_before_the_warning_signs(walk: Walk, slug: str) -> None:
    walk.begin()

    assert walk.client.get(f"/find/{slug}").location == "/find/warning-signs"
    assert walk.client.post(f"/find/{slug}", data={"health": NONE}).location == "/find/warning-signs"


def test_there_is_no_result_before_the_pages_it_needs(walk: Walk) -> None:
    without_consent = walk.client.get("/find/result").location
    walk.begin()
    without_answers = walk.client.get("/find/result").location
    walk.send("warning-signs", red_flags=NONE)
    without_health = walk.client.get("/find/result").location

    assert (without_consent, without_answers, without_health) == ("/find", "/find/warning-signs", "/find/health")
