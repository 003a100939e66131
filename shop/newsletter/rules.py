"""Pure decisions of the newsletter."""

from datetime import timedelta

CONSENT_TEXT = "One mail a month at the most, about using mats and tools, until I unsubscribe."
CONFIRM_WITHIN = timedelta(days=7)
