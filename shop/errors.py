"""Refusals: each has a stable code, a status and a sentence that a visitor may read."""


class ShopError(Exception):
    """Something a visitor asked for is refused. `str(error)` is the sentence that they see."""

    code: str = "refused"
    status: int = 400
    title: str = "That did not work"


class BadInput(ShopError):
    """A value that no form of ours would send."""

    code, status = "bad_input", 422


class NotFound(ShopError):
    """There is no such thing, or not for this visitor: both get the same answer."""

    code, status, title = "not_found", 404, "Page not found"

    def __init__(self, sentence: str = "There is nothing at this address.") -> None:
        super().__init__(sentence)


class Forbidden(ShopError):
    """The request did not come from a page of this shop, or its form is too old."""

    code, status, title = "forbidden", 403, "Please try that again"

    def __init__(self, sentence: str = "This form was open for too long, or came from another site.") -> None:
        super().__init__(sentence)


class Conflict(ShopError):
    """The thing changed meanwhile."""

    code, status, title = "conflict", 409, "Something changed meanwhile"


class OutOfStock(ShopError):
    """Fewer units are left than were wanted."""

    code, status, title = "out_of_stock", 409, "Not enough left"

    def __init__(self, sku: str, wanted: int) -> None:
        super().__init__(f"Fewer than {wanted} of {sku} are left.")
        self.sku, self.wanted = sku, wanted


class TooMany(ShopError):
    """Too many tries in a short time."""

    code, status, title = "too_many", 429, "Please wait a moment"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("There were too many tries in a short time. Please wait a moment and try again.")
        self.retry_after_seconds = retry_after_seconds


class Unavailable(ShopError):
    """The database or the payment provider does not answer: nothing was changed."""

    code, status, title = "unavailable", 503, "Please try again in a moment"

    def __init__(self, sentence: str = "The shop is busy. Nothing was lost: please try again in a moment.") -> None:
        super().__init__(sentence)
        self.retry_after_seconds = 5
