"""When somebody is asked, and for how long the question stands."""

from datetime import timedelta

CONSENT_VERSION = "2026-11"
"""Changes with the wording of the tick at checkout."""
ASK_AFTER = timedelta(days=14)
ANSWER_WITHIN = timedelta(days=60)
