"""The present visitor's visit, if it may be logged: the one part of the answers' cookie that others may read."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken

from shop import cookies
from shop.keys import new_token
from shop.learning.rules import SEEDS, Visit, from_plain
from shop.web import config, runtime

ANSWERS_PURPOSE = "answers"


def new_visit() -> Visit:
    """A visit of somebody who agreed to learning just now. Its seed has nothing to do with anything else."""
    return Visit(new_token(), secrets.randbelow(SEEDS))


def opened_answers() -> dict[str, Any] | None:
    """What the visitor's answers' cookie holds, unchecked; None without one and for one that is foreign or broken."""
    sealed = cookies.read(cookies.ANSWERS)
    if not sealed:
        return None
    try:
        content = json.loads(runtime().keyring.fernet(ANSWERS_PURPOSE).decrypt(sealed.encode()))
    except (InvalidToken, ValueError):
        return None
    return content if isinstance(content, dict) else None


def current_visit(now: datetime) -> Visit | None:
    """The visit, while its cookie lasts; None for everybody who did not agree to learning."""
    content = opened_answers()
    if content is None:
        return None
    try:
        started = datetime.fromtimestamp(content["started"], UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    is_current = started <= now < started + timedelta(minutes=config().answers_minutes)
    return from_plain(content.get("visit")) if is_current else None
