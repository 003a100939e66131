"""The page number of an address."""

MAX_PAGE = 10_000


def page_number(typed: str) -> int:
    """The number that was typed, from 1; 1 for whatever is none."""
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 7
    return max(1, min(int(typed), MAX_PAGE)) if is_number else 1
