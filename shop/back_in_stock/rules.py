"""What is promised to whoever waits, and for how long their address is kept."""

from datetime import timedelta

CONSENT_TEXT = "One mail when it is in stock again, and nothing else. Then the address is deleted."
CONFIRM_WITHIN = timedelta(days=7)
WAIT_AT_MOST = timedelta(days=180)
