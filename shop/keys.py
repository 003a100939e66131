"""Secrets for one purpose each, derived from the configured keys: the first signs, all verify."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from secrets import token_urlsafe

from cryptography.fernet import Fernet, MultiFernet
from itsdangerous import URLSafeTimedSerializer


def new_token() -> str:
    """A fresh unguessable token of 192 bits, safe in addresses and cookies."""
    return token_urlsafe(24)


def fingerprint(token: str) -> str:
    """What the database keeps of a token: its SHA-256, so that a copy of the database opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


class Keyring:
    """Derived keys. `secrets` are the configured ones, newest first; each must have 32 characters or more."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secrets)

    def _derive(self, purpose: str) -> list[bytes]:
        return [hmac.digest(secret.encode(), purpose.encode(), "sha256") for secret in self._secrets]

    def fernet(self, purpose: str) -> MultiFernet:
        """Encryption for one purpose; values of older keys still open."""
        return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in self._derive(purpose)])

    def links(self, purpose: str) -> URLSafeTimedSerializer:
        """Signed, dated tokens for links of one purpose; a token of another purpose is refused."""
        return URLSafeTimedSerializer(self._derive(f"link:{purpose}")[::-1], salt=purpose)

    def mac(self, purpose: str, text: str) -> str:
        """A keyed digest of `text` under the newest key, as hex."""
        return hmac.new(self._derive(purpose)[0], text.encode(), "sha256").hexdigest()

    def macs(self, purpose: str, text: str) -> list[str]:
        """The digest of `text` under each configured key, the newest first: what to look for after a change of keys."""
        return [hmac.new(key, text.encode(), "sha256").hexdigest() for key in self._derive(purpose)]

    def is_mac(self, purpose: str, text: str, given: str) -> bool:
        """Whether `given` is the digest of `text` under any configured key (compared in constant time)."""
        return any(hmac.compare_digest(mac.encode(), given.encode()) for mac in self.macs(purpose, text))
