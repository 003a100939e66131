"""The request's session, `transaction()`, `gateway()`, addresses, refusal pages. One of three places that commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from traceback import extract_tb
from typing import Any, cast

import structlog
from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    has_request_context,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import HTTPException

from shop.config import Config
from shop.dates import format_day, format_moment
from shop.db import WAKE, begin_write
from shop.errors import BadInput, ShopError, Unavailable
from shop.gateway import Gateway
from shop.keys import Keyring
from shop.money import Money, format_money

EXTENSION = "tsubo"
LARGE = ("merchant.import_page", "merchant.picture_add", "merchant.product_new", "merchant.product_edit")
"""Files, and the one form that may be larger than a visitor's: long texts and sixty variants."""
ADDRESSES = "tsubo_addresses"
FRAME = {"static", "stylesheet", "content.page"}
log = structlog.get_logger("shop.web")


@dataclass(frozen=True, slots=True)
class Runtime:
    """What one mounted shop runs on. Kept in `app.extensions["tsubo"]`, so two apps have two."""

    config: Config
    engine: Engine
    sessions: sessionmaker[Session]
    keyring: Keyring
    gateway: Gateway
    is_merchant: Callable[[], bool] | None = None
    wake: Callable[[str], None] | None = None


def runtime() -> Runtime:
    """The shop mounted in the current app."""
    return cast(Runtime, current_app.extensions[EXTENSION])


def config() -> Config:
    """The current shop's settings."""
    return runtime().config


def gateway() -> Gateway:
    """The current shop's payment provider. Network: asked for inside `transaction()` it raises RuntimeError."""
    if g.get("shop_writing", False):
        raise RuntimeError("gateway() inside transaction()")
    session: Session | None = g.get("shop_session")
    if session is not None and session.in_transaction():
        session.rollback()  # ends the read transaction, so that no lock is held while the provider answers
    return runtime().gateway


def wake(job: str) -> None:
    """Tell the worker, after a commit, that a job such as "mails" has work. Best effort: it runs each minute anyway."""
    waker = runtime().wake
    if waker is not None:
        waker(job)


def db() -> Session:
    """The request's one session, for reading. Changes belong into `transaction()`."""
    if "shop_session" not in g:
        g.shop_session = runtime().sessions()
    return cast(Session, g.shop_session)


@contextmanager
def reading() -> Iterator[Session]:
    """A session of its own for one look at what is committed: takes no write lock, and keeps nothing open afterwards.

    What the request's session read before is read again when it is next needed. Raises RuntimeError inside
    `transaction()`, whose changes it would not see.
    """
    if g.get("shop_writing", False):
        raise RuntimeError("reading() inside transaction()")
    if "shop_session" in g:
        db().rollback()  # gives its connection back: no thread has two
        db().expire_all()
    with runtime().sessions() as session:
        yield session


@contextmanager
def transaction(*, wait_seconds: float | None = None) -> Iterator[Session]:
    """The request's session as a writer: commits at the end, rolls back on any error.

    What was read before is read again, under the lock on SQLite. `wait_seconds` is for what may as well not be
    written: it waits no longer for a lock. Raises RuntimeError when nested.
    """
    if g.get("shop_writing", False):
        raise RuntimeError("transaction() inside transaction()")
    session = db()
    g.shop_writing = True
    session.info.pop(WAKE, None)
    try:
        begin_write(session, wait_seconds=wait_seconds)
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        g.shop_writing = False
    for job in session.info.pop(WAKE, ()):
        wake(job)


def close_session(_error: BaseException | None = None) -> None:
    """Give the request's connection back. One that was cut meanwhile is dropped: the answer is made already."""
    session: Session | None = g.pop("shop_session", None)
    if session is None:
        return
    try:
        session.close()
    except DBAPIError as error:
        log.warning("connection_lost", kind=type(error).__name__)
        session.invalidate()


def shop_url(endpoint: str, **values: Any) -> str:
    """The path of a page of this shop, such as `shop_url("storefront.product", slug="...")`.

    The thirty addresses of a page's frame never change: they are made once for each place the app is mounted at.
    """
    name = f"{config().blueprint_name}.{endpoint}"
    if (values and endpoint not in FRAME) or not has_request_context():
        return url_for(name, **values)
    known: dict[object, str] = current_app.extensions.setdefault(ADDRESSES, {})
    place = (request.script_root, endpoint, *values.items())
    if place not in known:
        known[place] = url_for(name, **values)
    return known[place]


def external_url(endpoint: str, **values: Any) -> str:
    """The public address of a page, from the configuration and never from the Host header."""
    return config().origin + shop_url(endpoint, **values)


def page(template: str, http_status: int = 200, **context: Any) -> Response:
    """An answer made from `templates/shop/<template>`."""
    return make_response(render_template(f"shop/{template}", **context), http_status)


def see_other(address: str) -> Response:
    """The answer to a POST that worked: go and look there."""
    return make_response(redirect(address, 303))


def cacheable(response: Response, seconds: int = 60) -> Response:
    """Let shared caches keep this answer, unless the visitor sent one of our cookies."""
    if not any("tsubo_" in name for name in request.cookies):
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


def no_store(response: Response) -> Response:
    """Keep this answer out of every cache: it says something about one person."""
    response.headers["Cache-Control"] = "no-store"
    return response


def money_filter(amount: Money) -> str:
    """The template filter `shop_money`."""
    return format_money(amount, config().locale)


def day_filter(day: date, style: str = "long") -> str:
    """The template filter `shop_day`."""
    return format_day(day, config().locale, style)


def moment_filter(moment: datetime, style: str = "long") -> str:
    """The template filter `shop_moment`."""
    return format_moment(moment, config().locale, style)


def refusal(error: ShopError) -> Response:
    """A page of the shop that says what was refused, with the status of the error."""
    g.shop_plain = True  # the page must not ask a database that may be the reason for it
    retry_after: int | None = getattr(error, "retry_after_seconds", None)
    log.info("refused", code=error.code, status=error.status, endpoint=request.endpoint)
    answer = page(
        "error.html",
        error.status,
        title=error.title,
        sentence=str(error),
        status=error.status,
        retry_after=retry_after,
    )
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return no_store(answer)


def _database_trouble(error: DBAPIError | PoolTimeout) -> Response:
    log.error("database_unavailable", kind=type(error).__name__, endpoint=request.endpoint)
    return refusal(Unavailable())


def _unfit_value(_error: DataError | OverflowError) -> Response:
    """A value that no column can hold (a NUL byte, a number of 40 digits) came with the request."""
    return refusal(BadInput("The shop cannot read a value in this request."))


class _HttpRefusal(ShopError):
    """A refusal that came from the web framework."""

    def __init__(self, status: int) -> None:
        title, sentence = _HTTP_WORDS.get(status, ("That did not work", "The shop could not read this request."))
        super().__init__(sentence)
        self.status, self.title, self.code = status, title, f"http_{status}"


_HTTP_WORDS = {
    404: ("Page not found", "There is nothing at this address. It may have moved, or the product has gone."),
    405: ("That did not work", "This address does not take that kind of request."),
    413: ("Too large", "What you sent is larger than the shop accepts."),
    415: ("That did not work", "The shop does not read this kind of content."),
    429: ("Please wait a moment", "There were too many tries in a short time."),
    500: ("Something went wrong", "This is our mistake. Nothing was charged for this request; please try again."),
}


def _http_refusal(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return cast(Response, error.get_response())
    return refusal(_HttpRefusal(error.code))


def _crash(error: Exception) -> Response:
    if current_app.testing:
        raise error
    places = [f"{frame.name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-6:]]
    log.error(
        "crash", endpoint=request.endpoint, kind=type(error).__name__, places=places
    )  # no values: see make_engine
    return refusal(_HttpRefusal(500))


def register_refusals(blueprint: Blueprint) -> None:
    """Turn errors raised in the shop's own pages into pages of the shop; the host's pages are left alone."""
    blueprint.register_error_handler(ShopError, refusal)
    blueprint.register_error_handler(OperationalError, _database_trouble)
    blueprint.register_error_handler(InterfaceError, _database_trouble)
    blueprint.register_error_handler(PoolTimeout, _database_trouble)
    blueprint.register_error_handler(DataError, _unfit_value)
    blueprint.register_error_handler(OverflowError, _unfit_value)
    blueprint.register_error_handler(HTTPException, _http_refusal)
    blueprint.register_error_handler(Exception, _crash)


def register_body_limit(blueprint: Blueprint, config: Config) -> None:
    """Read no more of a request than its page can need, also where the host sets no limit of its own.

    The provider's webhook sets its own.
    """

    def limit() -> None:
        is_large = (request.endpoint or "").endswith(LARGE)
        request.max_content_length = config.max_upload_bytes if is_large else config.max_form_bytes

    blueprint.before_request(limit)
