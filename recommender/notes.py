"""Soft advice beside the list: when a product is not the whole answer. No alarm, no diagnosis."""

from recommender.knowledge import STRONG_FROM
from recommender.safety import HEALTH_CODES
from recommender.types import Answers

HAVE_IT_LOOKED_AT = "If this has not been looked at, a clinician can help more than a product."
NO_CHANGE = "If nothing changes within six weeks, please have it looked at."
MORNINGS = (
    "If you wake in the second half of the night or stay stiff for more than half an hour in the morning, "
    "please mention it to a doctor."
)
TAKE_IT_SLOWLY = "It is strong and new: go gently, keep moving as far as you can, and ask for advice if it gets worse."
LEFT_OPEN = "Some health questions were left open, so only products with no known exclusions are shown."


def soft_notes(answers: Answers) -> tuple[str, ...]:
    """Return the notes that apply, the most important first."""
    strong = max(answers.intensity or 0, answers.interference or 0) >= STRONG_FROM
    notes = []
    if strong and answers.duration == "months":
        notes.append(HAVE_IT_LOOKED_AT)
    elif strong:
        notes.append(TAKE_IT_SLOWLY)
    elif answers.duration in ("weeks", "months") and answers.areas:
        notes.append(NO_CHANGE)
    if answers.duration == "months" and "sleep" in answers.triggers and answers.areas:
        notes.append(MORNINGS)
    if not answers.health <= HEALTH_CODES:
        notes.append(LEFT_OPEN)
    return tuple(notes)
