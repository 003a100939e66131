"""What a customer reads of a code that takes nothing off: one sentence for each reason."""

from datetime import datetime, timedelta

from shop.dates import format_day
from shop.money import format_money
from shop.promotions.rules import Reason, Refusal


def sentence(refusal: Refusal, locale: str) -> str:
    """The refusal in words, with money and dates as people of `locale` write them."""
    code = refusal.code
    minimum = format_money(refusal.minimum, locale) if refusal.minimum is not None else ""
    return {
        Reason.UNKNOWN: "We know no such code. Please check its spelling.",
        Reason.NOT_YET: f"The code {code} holds from {_day(refusal.moment, locale)} on.",
        Reason.ENDED: f"The code {code} held until {_day(_last(refusal.moment), locale)}.",
        Reason.OTHER_CURRENCY: f"The code {code} is for orders in {refusal.currency} only.",
        Reason.OTHER_GOODS: f"The code {code} is not for these goods.",
        Reason.BELOW_MINIMUM: f"The code {code} is for goods of {minimum} or more.",
        Reason.USED_UP: f"The code {code} is used up.",
        Reason.USED_BY_YOU: f"The code {code} was used with this e-mail address as often as it may be.",
        Reason.BETTER_OFFER: f"“{refusal.offer}” takes more off than the code {code}, so you get that instead. "
        "Keep the code for another order.",
        Reason.NOTHING_OFF: f"The code {code} takes nothing off these goods and this delivery, so it was not used.",
    }[refusal.reason]


def offer_sentence(refusal: Refusal, locale: str) -> str:
    """Why an offer without a code, which was shown before, is not taken off."""
    minimum = format_money(refusal.minimum, locale) if refusal.minimum is not None else ""
    reason = {
        Reason.ENDED: "it has ended meanwhile",
        Reason.USED_UP: "it is used up",
        Reason.USED_BY_YOU: "it was used with this e-mail address as often as it may be",
        Reason.OTHER_CURRENCY: f"it is for orders in {refusal.currency} only",
        Reason.OTHER_GOODS: "it is not for these goods",
        Reason.BELOW_MINIMUM: f"it is for goods of {minimum} or more",
    }.get(refusal.reason, "it does not hold any more")
    return f"“{refusal.offer}” is not taken off here: {reason}. The total below is without it."


def _last(moment: datetime | None) -> datetime | None:
    """The last moment before an end: a code that ends at midnight held until the day before."""
    return None if moment is None else moment - timedelta(seconds=1)


def _day(moment: datetime | None, locale: str) -> str:
    return "" if moment is None else format_day(moment, locale)
