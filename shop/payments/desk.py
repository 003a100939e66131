"""What the flows of payment work with: the provider, a way to write, and the shop's name."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from shop.failpoints import failpoint
from shop.gateway import Gateway
from shop.mail.letterhead import Letterhead

Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Desk:
    """`transaction()` commits at its end and belongs to web, CLI or jobs.

    `gateway()` gives the provider, and is asked for between two transactions: it ends what was being read.
    `reading()` is a look without a lock; without one of its own a desk looks by `transaction()`.
    """

    gateway: Callable[[], Gateway]
    transaction: Transaction
    letterhead: Letterhead
    session_minutes: int = 31
    hold_minutes: int = 40
    armed_failpoint: str = ""
    reading: Transaction | None = None

    def look(self) -> AbstractContextManager[Session]:
        """A session that only reads; what it loaded may be used after it ended."""
        return (self.reading or self.transaction)()

    def failpoint(self, here: str) -> None:
        """Die here when a test asked for it."""
        failpoint(here, self.armed_failpoint)
