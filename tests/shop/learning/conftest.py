"""A session that carries the shop's keys, as the app's sessions do."""

import pytest
from sqlalchemy.orm import Session

from shop.keys import Keyring
from shop.learning.tags import TAG_KEYS

SECRET = "a-secret-for-tests-only-0123456789abcdef"


@pytest.fixture
def log(session: Session) -> Session:
    session.info[TAG_KEYS] = Keyring([SECRET])
    return session
