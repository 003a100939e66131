"""Policy pages: filled in with the shop's own words, replaceable, and true to what the shop does."""

import pytest

from shop.content.pages import SLUGS, find_page

VALUES = {
    "shop_name": "Nap & Co <b>",
    "contact_email": "hello@nap.example",
    "postal_address": "1 Quiet Street",
    "answers_minutes": "45",
    "learning_days": "300",
    "cart_days": "30",
}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_is_filled_in(slug):
    page = find_page(slug, VALUES)

    assert page is not None
    assert "$" not in page.html + page.title + page.description
    assert page.headings


def test_the_shops_name_cannot_bring_markup_along():
    page = find_page("contact", VALUES)

    assert page is not None
    assert "Nap &amp; Co &lt;b&gt;" in page.html
    assert 'href="mailto:hello@nap.example"' in page.html


def test_the_health_data_policy_says_where_answers_live_and_for_how_long():
    page = find_page("health-data", VALUES)

    assert page is not None
    assert page.title == "Consumer health data privacy policy"
    text = page.html.striptags()
    assert "at most 45 minutes" in text
    assert "never on our server" in text
    assert "we do not sell it" in text
    assert "Withdraw your consent and delete" in text


def test_a_merchants_own_page_comes_first(tmp_path):
    own = tmp_path / "pages"
    own.mkdir()
    (own / "terms.md").write_text(
        '+++\ntitle = "Our terms"\ndescription = "d"\nupdated = 2026-01-02\n+++\n\n## One\n\nOurs, $shop_name.\n',
        encoding="utf-8",
    )

    page = find_page("terms", VALUES, folder=tmp_path)

    assert page is not None
    assert page.title == "Our terms"
    assert "Ours, Nap &amp; Co" in page.html


@pytest.mark.parametrize("slug", ["../pages/terms", "secret", "", "terms.md"])
def test_no_other_file_can_be_asked_for(slug):
    assert find_page(slug, VALUES) is None


def test_the_health_data_policy_says_what_is_noted_with_the_second_consent_and_for_how_long():
    page = find_page("health-data", VALUES)

    assert page is not None
    text = page.html.striptags()
    assert "after 300 days" in text
    assert "We do not note your answers" in text
    assert "see it all, take it along or erase it" in text
