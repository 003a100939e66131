"""The desk of the current app: for views, commands and jobs, which all have an app context."""

from shop.mail.letterhead import Letterhead
from shop.payments.desk import Desk
from shop.web import config, gateway, reading, transaction


def web_desk() -> Desk:
    """The provider, `transaction()`, `reading()` and the letterhead of the shop mounted in the current app."""
    settings = config()
    return Desk(
        gateway=gateway,
        transaction=transaction,
        letterhead=Letterhead.from_config(settings),
        session_minutes=settings.session_minutes,
        hold_minutes=settings.hold_minutes,
        armed_failpoint=settings.failpoint,
        reading=reading,
    )
