"""What a staff password must be, and how long a session lasts: pure decisions."""

from datetime import datetime, timedelta

MINIMUM_LENGTH, MAXIMUM_LENGTH = 10, 128
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
COMMON_PARTS = ("password", "passwort", "12345678", "qwertz", "qwerty", "letmein", "welcome", "iloveyou", "admin")


def password_trouble(password: str, email: str) -> str | None:
    """Why this password is refused, as a sentence; None when it is fine."""
    if len(password) < MINIMUM_LENGTH:
        return f"Use {MINIMUM_LENGTH} characters or more."
    if len(password) > MAXIMUM_LENGTH:
        return f"Use {MAXIMUM_LENGTH} characters at the most."
    lowered, own_name = password.lower(), email.partition("@")[0].lower()
    guessed = (*COMMON_PARTS, own_name) if len(own_name) >= 4 else COMMON_PARTS
    if len(set(lowered)) < 5 or any(part in lowered for part in guessed):
        return "This is among the first that somebody would try. Three or four unrelated words make a good password."
    return None


def is_over(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session has ended, by idle time or by age."""
    return now - seen_at > IDLE or now - created_at > ABSOLUTE
