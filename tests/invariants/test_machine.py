"""Customers, a merchant, a provider and power cuts in any order hypothesis thinks of, and the judge after each step."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from tests.invariants.goods import BUYERS, CODES, SOLD
from tests.invariants.world import STARTS, World

SOME = st.integers(0, 5)
THING = st.sampled_from(SOLD[::-1])
WHO = st.integers(0, len(BUYERS) - 1)
CODE = st.sampled_from(CODES)
PICK = st.sampled_from([(1,), (2,), (3, 1), (0, 1), (1, 0, 2)])
FAULTS = ("error", "rate_limit", "cut", "lose_answer", "pending_refund")
NEVER = ("", "", "", "")
OPENING = st.sampled_from((*NEVER, "before_open_payment", "after_open_payment", "after_record_page"))
SETTLING = st.sampled_from((*NEVER, "before_settle_commit", "after_settle_commit", "before_refund", "after_refund"))
BY_EVENT = st.sampled_from((*NEVER, "before_webhook_commit", "after_webhook_commit"))
PAGE_ACTS = ("pay", "pay", "decline", "challenge", "approve", "fail", "pay_later", "arrive", "bounce", "expire")


class ShopMachine(RuleBasedStateMachine):
    """One shop; each rule is something that happens in a shop's day."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.world = World(engine)

    @initialize(code=CODE, who=WHO, pick=PICK, restock=st.sampled_from([None, False, True]))
    def a_first_order_leaves_in_part(self, code: str, who: int, pick: tuple[int, ...], restock: bool | None) -> None:
        for sku, quantity in (("BOX01-DUO", 2), ("PIL01-SAND", 2)):
            self.world.fill(sku, quantity, 0)
        self._pay_new_cart(code, who)
        self.world.ship(0, pick)
        if restock is not None:
            self._send_back(0, pick, 3, restock)

    @rule(sku=THING, more=THING, quantity=st.integers(1, 2), code=st.just("") | CODE, who=WHO)
    def somebody_buys(self, sku: str, more: str, quantity: int, code: str, who: int) -> None:
        self.world.fill(sku, quantity)
        if self.world.carts:
            self.world.fill(more, 1, 0)
            self._pay_new_cart(code, who)

    def _pay_new_cart(self, code: str, who: int) -> None:
        if code:
            self.world.use_code(0, code)
        self.world.order(0, who=who)
        self.world.at_provider("pay", 0)
        if self.world.has_orders:
            self.world.come_back(0)

    @rule(sku=THING, quantity=st.integers(1, 3), cart=st.none() | SOME)
    def somebody_fills_a_cart(self, sku: str, quantity: int, cart: int | None) -> None:
        self.world.fill(sku, quantity, cart)

    @precondition(lambda self: self.world.carts)
    @rule(cart=SOME, code=CODE)
    def somebody_types_a_code(self, cart: int, code: str) -> None:
        self.world.use_code(cart, code)

    @precondition(lambda self: self.world.carts)
    @rule(cart=SOME, cut_at=OPENING, who=WHO)
    def somebody_orders(self, cart: int, cut_at: str, who: int) -> None:
        self.world.order(cart, cut_at, who)

    @precondition(lambda self: self.world.has_orders)
    @rule(order=SOME, way=st.sampled_from(["again", "back", "up"]), opening=OPENING, settling=SETTLING)
    def somebody_goes_on(self, order: int, way: str, opening: str, settling: str) -> None:
        if way == "again":
            self.world.click_again(order, opening)
        elif way == "back":
            self.world.come_back(order, settling)
        else:
            self.world.give_up(order)

    @rule(session=SOME, action=st.sampled_from(PAGE_ACTS))
    def somebody_is_at_the_payment_page(self, session: int, action: str) -> None:
        self.world.at_provider(action, session)

    @rule(number=st.integers(0, 40), cut_at=BY_EVENT)
    def an_event_comes(self, number: int, cut_at: str) -> None:
        self.world.deliver(number, cut_at)

    @rule(number=st.integers(0, 40))
    def an_event_comes_twice(self, number: int) -> None:
        self.world.deliver(number)
        before = self.world.books()

        was_known = self.world.deliver(number)

        if was_known:
            assert self.world.books() == before

    @rule(number=SOME, minutes=st.sampled_from([0, 10, -10]))
    def somebody_forges_an_event(self, number: int, minutes: int) -> None:
        before = self.world.books()

        assert self.world.deliver_forged(number, timedelta(minutes=minutes))

        assert self.world.books() == before

    @precondition(lambda self: self.world.has_orders)
    @rule(order=SOME, minor=st.sampled_from([1, 500, 3400, 3900, 99999]), restock=st.booleans(), cut_at=SETTLING)
    def the_merchant_refunds(self, order: int, minor: int, restock: bool, cut_at: str) -> None:
        self.world.refund(order, minor, restock, cut_at)

    @precondition(lambda self: self.world.has_orders)
    @rule(order=SOME, pick=PICK, restock=st.booleans(), cut_at=SETTLING)
    def the_merchant_refunds_pieces(self, order: int, pick: tuple[int, ...], restock: bool, cut_at: str) -> None:
        self.world.refund_pieces(order, pick, restock, cut_at)

    @rule(number=SOME, action=st.sampled_from(["succeed", "fail", "dispute", "win", "lose"]))
    def a_bank_speaks(self, number: int, action: str) -> None:
        if action in ("succeed", "fail"):
            self.world.next_refund(action, number)
        else:
            self.world.dispute(action, number)

    @precondition(lambda self: self.world.has_orders)
    @rule(order=SOME, pick=st.just(()) | PICK)
    def the_merchant_sends_a_parcel(self, order: int, pick: tuple[int, ...]) -> None:
        self.world.ship(order, pick)

    @precondition(lambda self: self.world.has_orders)
    @rule(order=SOME)
    def the_merchant_calls_an_order_off(self, order: int) -> None:
        self.world.call_off(order)

    @precondition(lambda self: self.world.has_orders)
    @rule(order=SOME, pick=PICK)
    def somebody_asks_to_send_back(self, order: int, pick: tuple[int, ...]) -> None:
        self.world.ask_return(order, pick)

    @precondition(lambda self: self.world.has_orders)
    @rule(order=SOME, pick=PICK, steps=st.sampled_from([3, 2, 1]), restock=st.booleans(), cut_at=SETTLING)
    def something_comes_back(self, order: int, pick: tuple[int, ...], steps: int, restock: bool, cut_at: str) -> None:
        self._send_back(order, pick, steps, restock, cut_at)

    def _send_back(self, order: int, pick: tuple[int, ...], steps: int, restock: bool, cut_at: str = "") -> None:
        self.world.ask_return(order, pick)
        for _ in range(steps):
            self.world.handle_return(0, restock, cut_at)

    @precondition(lambda self: self.world.has_orders)
    @rule(number=SOME, is_refused=st.booleans(), restock=st.booleans(), cut_at=SETTLING)
    def the_merchant_handles_a_return(self, number: int, is_refused: bool, restock: bool, cut_at: str) -> None:
        if is_refused:
            self.world.refuse_return(number)
        else:
            self.world.handle_return(number, restock, cut_at)

    @precondition(lambda self: self.world.has_orders)
    @rule(order=SOME, pick=PICK, has_asked=st.booleans())
    def somebody_withdraws(self, order: int, pick: tuple[int, ...], has_asked: bool) -> None:
        if has_asked:
            self.world.ask_return(order, pick)
        self.world.withdraw(order, pick)

    @rule(sku=st.sampled_from(sorted(STARTS)), change=st.sampled_from([1, 2, -1]))
    def the_shelf_is_counted(self, sku: str, change: int) -> None:
        self.world.count_shelf(sku, change)

    @rule(kind=st.sampled_from(FAULTS), times=st.integers(1, 2), saved=st.booleans())
    def the_provider_has_trouble(self, kind: str, times: int, saved: bool) -> None:
        self.world.server.add_fault(kind=kind, times=times, saved=saved)

    @rule(minutes=st.sampled_from([1, 5, 20, 35, 45, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.world.wait(timedelta(minutes=minutes))

    @rule()
    def the_jobs_run(self) -> None:
        self.world.work()

    @invariant()
    def nothing_is_wrong(self) -> None:
        found = self.world.wrong()
        assert not found, found

    def teardown(self) -> None:
        found = self.world.wrong_in_the_end()
        assert not found, found


def bounds() -> settings:
    """Some seconds in a normal run; as much as wanted with `--hypothesis-profile=thorough`."""
    wanted = settings()
    if settings.get_current_profile_name() != "thorough":
        wanted = settings(max_examples=12, stateful_step_count=40, derandomize=True, database=None)
    return settings(wanted, deadline=None, suppress_health_check=list(HealthCheck))


def test_whatever_happens_the_books_of_shop_and_provider_agree(engine: Engine) -> None:
    run_state_machine_as_test(lambda: ShopMachine(engine), settings=bounds())
