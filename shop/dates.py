"""Days and moments as people of the shop's locale write them; a moment always says its zone."""

from datetime import UTC, date, datetime

from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time


def format_day(day: date | str, locale: str = "en_US", style: str = "long") -> str:
    """Such as "June 1, 2026". A day kept as "2026-06-01" is read first."""
    read = date.fromisoformat(day) if isinstance(day, str) else day
    try:
        return format_date(read, style, locale=locale)
    except (UnknownLocaleError, ValueError):
        return f"{read:%Y-%m-%d}"


def format_moment(moment: datetime, locale: str = "en_US", style: str = "long") -> str:
    """Such as "June 1, 2026, 12:00 PM UTC"."""
    at = moment.astimezone(UTC)
    try:
        hour = format_time(at, "short", locale=locale).replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")
        return f"{format_date(at, style, locale=locale)}, {hour} UTC"
    except (UnknownLocaleError, ValueError):
        return f"{at:%Y-%m-%d, %H:%M} UTC"
