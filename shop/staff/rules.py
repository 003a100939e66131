"""What a staff password must be, and how long a session lasts: pure decisions."""

import re
from datetime import datetime, timedelta

MINIMUM_LENGTH, MAXIMUM_LENGTH = 10, 128
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
CODE_WITHIN = timedelta(minutes=10)
ENOUGH_GUESSES = 10**9
COMMON_PARTS = ("password", "passwort", "12345678", "qwertz", "qwerty", "letmein", "welcome", "iloveyou", "admin")
GUESSABLE = "This is among the first that somebody would try. Three or four unrelated words make a good password."
_ESTIMATED_LENGTH = 72  # the estimate slows down with the length, and this much is strong already


def password_trouble(password: str, email: str, shop_name: str = "") -> str | None:
    """Why this password is refused, as a sentence; None when it is fine.

    What stands in the e-mail address and the shop's name counts for nothing; the rest must withstand a billion guesses
    by somebody who knows the common passwords, words, names, dates and runs on the keyboard.
    """
    if len(password) < MINIMUM_LENGTH:
        return f"Use {MINIMUM_LENGTH} characters or more."
    if len(password) > MAXIMUM_LENGTH:
        return f"Use {MAXIMUM_LENGTH} characters at the most."
    rest = password.lower()
    for word in (*COMMON_PARTS, *_own_words(email, shop_name)):
        rest = rest.replace(word, "")
    if not rest or min(_guesses(rest), _guesses(password)) < ENOUGH_GUESSES:
        return GUESSABLE
    return None


def _own_words(email: str, shop_name: str) -> list[str]:
    """What somebody who knows the shop tries first, the longest first."""
    words = re.split(r"[\W_]+", f"{email} {shop_name}".lower())
    return sorted((word for word in words if len(word) >= 3), key=len, reverse=True)


def _guesses(password: str) -> float:
    from zxcvbn import zxcvbn  # late: its word lists are 12 MB that only a new password needs

    return float(zxcvbn(password[:_ESTIMATED_LENGTH])["guesses"])


def is_over(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session has ended, by idle time or by age."""
    return now - seen_at > IDLE or now - created_at > ABSOLUTE
