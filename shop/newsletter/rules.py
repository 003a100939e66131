"""Pure decisions of the newsletter."""

import re
from datetime import timedelta

CONSENT_TEXT = "One mail a month at the most, about using mats and tools, until I unsubscribe."
CONFIRM_WITHIN = timedelta(days=7)
LONGEST_ADDRESS = 254
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ADDRESS = re.compile(rf"[^\s@<>()\[\],;:\\\"]{{1,64}}@{LABEL}(?:\.{LABEL})+")


def normal_email(text: str) -> str:
    """The address as it is kept: without blanks around it, in lower case."""
    return text.strip().lower()


def is_email(text: str) -> bool:
    """Whether a mail could be sent there. `text` is a normal address."""
    return len(text) <= LONGEST_ADDRESS and text.isprintable() and ADDRESS.fullmatch(text) is not None
