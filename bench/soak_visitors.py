"""Who visits a shop during a soak, and what they do there."""

import random
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from http.client import HTTPException
from itertools import count

from sqlalchemy import Engine, select, update

from bench.crowd import Crowd
from bench.whole_shop import ADDRESS, PAGE, SKU, WholeShop
from shop.clock import utc_now
from shop.orders.models import Order
from shop.stock.models import Hold
from shop.stock.states import HoldState
from tests.plain_browser import Browser

MERCHANT, PASSWORD = "merchant@shop.example", "long-words-for-a-measurement-only"
WORDS = ("mat", "pillow", "back", "lumbar", "neck", "foot", "wood", "matt", "cushion", "coconut")
ANSWERS: tuple[dict[str, str | list[str]], ...] = (
    {"red_flags": "NONE"},
    {"areas": ["lower_back"], "pain_kind": ["chronic_low_back"]},
    {"intensity": "4", "interference": "3", "duration": "months"},
    {"triggers": ["desk_work"]},
    {"position_preference": "sitting", "pressure_preference": "2", "experience": "new", "portability_need": "none"},
    {"health": "NONE", "allergies": "NONE"},
    {"max_budget": "40", "goal": "relief"},
)


class Seen:
    """What visitors saw: since the beginning, and in the window that is open."""

    def __init__(self) -> None:
        self.total, self.done, self.answers = 0, Counter[str](), Counter[int]()
        self._seconds: list[float] = []
        self._lock = threading.Lock()

    def note(self, seconds: float, status: int) -> None:
        """One more request was answered."""
        with self._lock:
            self.total += 1
            self.answers[status] += 1
            self._seconds.append(seconds)

    @property
    def in_window(self) -> int:
        """Requests since the last window was closed."""
        return len(self._seconds)

    def close_window(self) -> list[float]:
        """The seconds of each request in the window, which begins anew."""
        with self._lock:
            seconds, self._seconds = self._seconds, []
        return seconds


def shorten_holds(engine: Engine, email: str | None = None) -> None:
    """Let the time of what is held be over now: of one buyer, or of everybody."""
    orders = select(Order.id).where(Order.email == email) if email else select(Order.id)
    ended = update(Hold).where(Hold.state == HoldState.HELD, Hold.order_id.in_(orders)).values(expires_at=utc_now())
    with engine.begin() as connection:
        connection.execute(ended)


class Visitors(Crowd):
    """Visitors of all kinds, and their merchant."""

    def __init__(self, shop: WholeShop, seen: Seen, threads: int) -> None:
        super().__init__(threads)
        self.shop, self.seen = shop, seen
        self._chances = [random.Random(number) for number in range(threads)]
        self._engine, self._numbers = shop.engine(), count(1)
        self._lists, self._slugs = self._find_pages()
        self._merchant = self._signed_in()
        self._merchant_is_free = threading.Lock()
        self._ways: dict[Callable[[random.Random], None], int] = {
            self.look: 50,
            self.ask: 8,
            self.leave_a_cart: 14,
            self.buy: 12,
            self.walk_away: 6,
            self.read_orders: 10,
        }

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._engine.dispose()

    def come(self, thread: int) -> None:
        """One visit of one kind, by chance; what went wrong is counted by its kind."""
        chance = self._chances[thread]
        way = chance.choices([*self._ways], [*self._ways.values()])[0]
        try:
            way(chance)
            self.seen.done[way.__name__] += 1
        except (OSError, HTTPException, LookupError) as trouble:
            self.seen.done[f"{way.__name__}: {type(trouble).__name__}"] += 1

    def look(self, chance: random.Random) -> None:
        """A page of the list, a product, a search."""
        for path in (
            chance.choice(self._lists),
            chance.choice(self._slugs),
            f"/products?q={chance.choice(WORDS)}",
        ):
            began = time.perf_counter()
            with urllib.request.urlopen(self.shop.address + path, timeout=30) as answer:
                answer.read()
            self.seen.note(time.perf_counter() - began, answer.status)

    def ask(self, chance: random.Random) -> None:
        """The questionnaire to its result."""
        browser = self._browser("/find")
        self._timed(browser, lambda: browser.submit("/find", consent="y"))
        for answers in ANSWERS:
            given = {**answers, "max_budget": str(chance.randint(20, 200))} if "max_budget" in answers else answers
            self._timed(browser, lambda given=given: browser.submit("/find/", **given))
        if not browser.address.endswith("/find/result"):
            raise LookupError(browser.address)

    def leave_a_cart(self, _chance: random.Random) -> None:
        """Add something, look at the cart, and never come back."""
        browser = self._browser(PAGE)
        self._timed(browser, lambda: browser.submit("/cart/add", sku=SKU, quantity="2"))
        self._timed(browser, lambda: browser.get("/cart"))

    def buy(self, _chance: random.Random) -> None:
        """From the product to the paid order."""
        browser = self._at_the_payment_page(f"buyer{next(self._numbers)}@shop.example")
        self._timed(browser, lambda: browser.submit("/pay"))

    def walk_away(self, _chance: random.Random) -> None:
        """Order, and do not pay; the time of what is held is over at once."""
        email = f"gone{next(self._numbers)}@shop.example"
        self._at_the_payment_page(email)
        shorten_holds(self._engine, email)

    def read_orders(self, _chance: random.Random) -> None:
        """The merchant looks at the list of orders."""
        with self._merchant_is_free:
            self._timed(self._merchant, lambda: self._merchant.get(f"{self.shop.address}/merchant/orders"))

    def _at_the_payment_page(self, email: str) -> Browser:
        browser = self._browser(PAGE)
        self._timed(browser, lambda: browser.submit("/cart/add", sku=SKU, quantity="1"))
        self._timed(browser, lambda: browser.get("/checkout"))
        self._timed(browser, lambda: browser.submit("/checkout", email=email, **ADDRESS))
        self._timed(browser, lambda: browser.submit("/checkout/place"))
        if "/pay/" not in browser.address:
            raise LookupError(browser.address)
        return browser

    def _browser(self, path: str) -> Browser:
        browser = Browser()
        self._timed(browser, lambda: browser.get(self.shop.address + path))
        return browser

    def _timed(self, browser: Browser, act: Callable[[], None]) -> None:
        began = time.perf_counter()
        act()
        self.seen.note(time.perf_counter() - began, browser.status)

    def _signed_in(self) -> Browser:
        self.shop.command("add-merchant", MERCHANT, "--password-from", "SOAK_PASSWORD", SOAK_PASSWORD=PASSWORD)
        browser = Browser()
        browser.get(f"{self.shop.address}/merchant/orders")
        browser.submit("/merchant/sign-in", email=MERCHANT, password=PASSWORD)
        browser.get(f"{self.shop.address}/merchant/orders")
        if browser.status != 200 or "/sign-in" in browser.address:
            raise SystemExit(f"the merchant cannot sign in: {browser.address} {browser.status}")
        return browser

    def _find_pages(self) -> tuple[list[str], list[str]]:
        """The paths of the list's pages and of the products on them."""
        browser, lists, products = Browser(), list[str](), set[str]()
        for number in count(1):
            path = f"/products?page={number}"
            browser.get(self.shop.address + path)
            if browser.status != 200:
                return lists, sorted(products)
            lists.append(path)
            paths = [urllib.parse.urlsplit(link).path for link in browser.links]
            products |= {path for path in paths if path.startswith("/products/")}
        raise AssertionError("a list without an end")
