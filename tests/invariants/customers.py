"""What customers do, by the services that the pages call, in the order in which the pages call them."""

from contextlib import suppress
from hashlib import sha256

from demo.stripe_server.answers import Refusal
from shop.cart import service as cart
from shop.cart.code import keep_code
from shop.checkout import service as checkout
from shop.checkout.rules import CheckoutDetails
from shop.errors import ShopError
from shop.gateway import GatewayRefused
from shop.orders import return_requests, withdrawals
from shop.orders import service as orders
from shop.orders.return_requests import ReturnWish
from shop.orders.return_rules import can_be_withdrawn, can_come_back
from shop.orders.states import OrderState, ReturnReason
from shop.orders.withdrawals import Declaration
from shop.payments import flow
from shop.payments.desk import Desk
from shop.payments.settlement import Outcome
from shop.promotions.rules import CodeRefused
from tests.invariants.floor import Floor, Pick, PowerCut, picked
from tests.invariants.goods import BUYERS
from tests.shop.payments.conftest import LETTERHEAD


class Customers(Floor):
    """Everybody who buys. Carts are counted from the newest."""

    carts: list[str]
    has_orders: bool

    def fill(self, sku: str, quantity: int, number: int | None = None) -> None:
        """Put something into a new cart, or into one that is there."""
        token = None if number is None or not self.carts else self._cart(number)
        with suppress(ShopError), self.transaction() as session:
            added = cart.add(session, token, sku, quantity, terms=self.terms, now=self.now)
            if added.token not in self.carts:
                self.carts.append(added.token)

    def use_code(self, number: int, code: str) -> None:
        """Type a code into a cart; one that takes nothing off is not kept."""
        token = self._cart(number)
        with suppress(ShopError), self.transaction() as session:
            keep_code(session, token, code, terms=self.terms, now=self.now)
            basket = cart.find_cart(session, token, self.now)
            assert basket is not None
            held = orders.held_for_cart(session, basket.id)
            refusal = cart.view(session, basket, self.zones, held, now=self.now).promotion.refusal
            if refusal is not None:
                raise CodeRefused(refusal)

    def order(self, number: int, cut_at: str = "", who: int = 0) -> None:
        """Press the button that orders: earlier pages closed, order committed, payment page opened."""
        desk = self.desk(cut_at)
        with suppress(ShopError, PowerCut):
            placed = self._place(desk, self._cart(number), BUYERS[who % len(BUYERS)])
            if placed is None or placed.request is None:
                return
            try:
                flow.open_page(desk, placed.request)
            except GatewayRefused:
                flow.close_open_session(desk, placed.order_id, now=self.now, actor="system")

    def _place(self, desk: Desk, token: str, details: CheckoutDetails) -> checkout.Placed | None:
        with self.transaction() as session:
            wanted = cart.Delivery(details.country, details.region or None, None)
            cart.choose_delivery(session, token, wanted, zones=self.zones, terms=self.terms, now=self.now)
            basket = cart.find_cart(session, token, self.now)
            assert basket is not None
            held = orders.held_for_cart(session, basket.id)
            contents = cart.view(session, basket, self.zones, held, now=self.now, email=details.email)
            checkout_token = sha256(checkout.intent_text(session, contents, details).encode()).hexdigest()
            known = orders.find_by_checkout_token(session, checkout_token)
            earlier = [order.id for order in orders.open_orders_of_cart(session, basket.id)]
        if known is not None:
            self._go_on_paying(desk, known.id)
            return None
        if not contents.can_check_out or not self._has_closed(desk, earlier, contents.version):
            return None
        intent = checkout.Intent(checkout_token, contents.version, contents.quote.total)
        with self.transaction() as session:
            placed = checkout.place_order(
                session, contents.cart_id, details, intent=intent, terms=self._terms(), now=self.now
            )
        self.has_orders = True
        return placed

    def _go_on_paying(self, desk: Desk, order_id: int) -> None:
        with self.transaction() as session:
            is_waiting = orders.get_by_id(session, order_id).state is OrderState.PENDING
        if is_waiting:
            flow.payment_page(desk, order_id, now=self.now)

    def _has_closed(self, desk: Desk, earlier: list[int], cart_version: int) -> bool:
        """Whether no earlier order of the cart can be paid any more, or was."""
        for order_id in earlier:
            outcome = flow.close_open_session(desk, order_id, now=self.now, actor="customer")
            with self.transaction() as session:
                order = orders.get_by_id(session, order_id)
            is_waiting = order.state is OrderState.PENDING and order.cart_version == cart_version
            if outcome in (Outcome.PLACED, Outcome.WAITING) or order.state is OrderState.PLACED or is_waiting:
                return False
        return True

    def _terms(self) -> checkout.Terms:
        urls = checkout.Urls(lambda token: f"http://shop.test/o/{token}", lambda token: f"http://shop.test/c/{token}")
        return checkout.Terms(self.zones, LETTERHEAD, urls, session_minutes=31, hold_minutes=40)

    def _cart(self, number: int) -> str:
        return self.carts[-1 - number % len(self.carts)]

    # paying

    def click_again(self, number: int, cut_at: str = "") -> None:
        """The same click once more, as after a page that did not come."""
        self._quietly(lambda: flow.payment_page(self.desk(cut_at), self._order(number).id, now=self.now))

    def come_back(self, number: int, cut_at: str = "") -> None:
        """The customer returns from the payment page."""
        self._quietly(lambda: flow.settle_from_return(self.desk(cut_at), self._order(number).token, now=self.now))

    def give_up(self, number: int) -> None:
        """The customer leaves the payment page by its link."""
        order_id = self._order(number).id
        self._quietly(lambda: flow.close_open_session(self.desk(), order_id, now=self.now, actor="customer"))

    def at_provider(self, action: str, number: int) -> None:
        """Press a button of the provider's payment page; one that is not there does nothing."""
        sessions = self.server.ledger()["sessions"]
        if sessions:  # the newest first: an old one can do little
            with suppress(Refusal):
                self.server.act(action, session=sessions[-1 - number % len(sessions)]["id"])

    # what came is not wanted

    def ask_return(self, number: int, pick: Pick) -> None:
        """Ask to send pieces back that have left, with a double click."""
        order = self._sold_order(number)
        pieces = {} if order is None else picked(order, can_come_back(order), pick)
        if order is None or not pieces:
            return
        wish = ReturnWish(ReturnReason.NO_REASON, pieces, form_token=self.form_token())
        for _ in range(2):
            with suppress(ShopError), self.transaction() as session:
                return_requests.ask(session, order.id, wish, letterhead=LETTERHEAD, now=self.now)

    def withdraw(self, number: int, pick: Pick) -> None:
        """Withdraw from pieces, sent or not, with a double click."""
        order = self._sold_order(number)
        pieces = {} if order is None else picked(order, can_be_withdrawn(order), pick)
        if order is None or not pieces:
            return
        wish = Declaration(order.full_name, order.email, "", pieces)
        for _ in range(2):
            with suppress(ShopError), self.transaction() as session:
                withdrawals.withdraw(session, order.id, wish, letterhead=LETTERHEAD, now=self.now)
