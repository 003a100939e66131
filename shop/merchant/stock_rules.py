"""What may be typed as a change of the stock."""

import re

from shop.errors import BadInput

CHANGE = re.compile(r"[+\-−]?[0-9]{1,7}")
LONGEST_REASON = 200


def read_change(typed: str, reason: str) -> int:
    """The change as a number of units, up or down. Raises BadInput."""
    text = typed.strip()
    if not CHANGE.fullmatch(text) or not int(text.replace("−", "-")):
        raise BadInput("Enter how many units came in, such as 20, or left, such as -3.")
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput(f"Say why in up to {LONGEST_REASON} characters: it is kept with the change.")
    return int(text.replace("−", "-"))
