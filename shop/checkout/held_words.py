"""What a buyer reads of the units that are kept for them."""

from datetime import datetime, timedelta

from babel.dates import format_date


def held_words(until: datetime | None, *, now: datetime, locale: str) -> str:
    """Such as "held for you until 14:20 UTC", with the date where that is not soon; "" when nothing is held."""
    if until is None or until <= now:
        return ""
    day = "" if until - now < timedelta(hours=12) else f"{format_date(until, 'long', locale=locale)}, "
    return f"held for you until {day}{until:%H:%M} UTC"
