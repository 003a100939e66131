"""Days and moments in words."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shop.dates import format_day, format_moment


@pytest.mark.parametrize(
    ("locale", "words"), [("en_US", "June 1, 2026"), ("en_GB", "1 June 2026"), ("de_DE", "1. Juni 2026")]
)
def test_a_day_is_written_as_the_locale_does_whether_kept_as_a_day_or_as_text(locale: str, words: str) -> None:
    assert format_day(date(2026, 6, 1), locale) == words
    assert format_day("2026-06-01", locale) == words


def test_a_moment_says_its_zone() -> None:
    moment = datetime(2026, 6, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))

    assert format_moment(moment, "en_US") == "June 1, 2026, 12:00\N{NO-BREAK SPACE}PM UTC"
    assert format_moment(moment, "en_GB") == "1 June 2026, 12:00 UTC"


def test_a_locale_that_nobody_knows_gets_plain_figures() -> None:
    assert format_day(date(2026, 6, 1), "xx_XX") == "2026-06-01"
    assert format_moment(datetime(2026, 6, 1, 12, 0, tzinfo=UTC), "xx_XX") == "2026-06-01, 12:00 UTC"
