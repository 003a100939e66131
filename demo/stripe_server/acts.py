"""Everything that happens at the provider without an API call: buyers, banks and time."""

from collections.abc import Callable

from demo.stripe_server import payments, refunds, sessions
from demo.stripe_server.account import Account
from demo.stripe_server.answers import Json, Refusal

Act = Callable[[Account, Json], object]

SESSION_ACTS: dict[str, Act] = {
    "pay": payments.pay,
    "decline": payments.decline,
    "challenge": payments.challenge,
    "approve": payments.approve,
    "fail": payments.fail,
    "pay_later": payments.pay_later,
    "arrive": payments.arrive,
    "bounce": payments.bounce,
    "expire": lambda account, session: sessions.expire(account, session["id"]),
}
REFUND_ACTS: dict[str, Act] = {"succeed": refunds.succeed, "fail": refunds.fail}
CHARGE_ACTS: dict[str, Act] = {"dispute": refunds.dispute}
DISPUTE_ACTS: dict[str, Act] = {
    "win": lambda account, opened: refunds.close_dispute(account, opened, "won"),
    "lose": lambda account, opened: refunds.close_dispute(account, opened, "lost"),
}
BY_SUBJECT = {
    "session": ("checkout.session", SESSION_ACTS),
    "refund": ("refund", REFUND_ACTS),
    "charge": ("charge", CHARGE_ACTS),
    "dispute": ("dispute", DISPUTE_ACTS),
}


def act(account: Account, action: str, **subject: str) -> Json:
    """Do `action` to the one subject named, such as session="cs_...", and return it as it is then."""
    if len(subject) != 1 or (name := next(iter(subject))) not in BY_SUBJECT:
        raise Refusal(f"Name one subject: {', '.join(BY_SUBJECT)}.")
    kind, known = BY_SUBJECT[name]
    if action not in known:
        raise Refusal(f"A {name} can: {', '.join(known)}.", param="action")
    content = account.get(kind, str(subject[name]), param=name)
    known[action](account, content)
    return content
