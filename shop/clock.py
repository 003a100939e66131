"""The only place that reads the clock: views ask here and pass the answer on as `now`."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment as an aware UTC datetime."""
    return datetime.now(UTC)
