"""Customers, a merchant, a provider and power cuts in any order hypothesis thinks of, and the judge after each step."""

from collections.abc import Callable
from datetime import timedelta

import pytest
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

from tests.invariants.world import STARTS, World

SOME = st.integers(0, 5)
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

    @initialize(sku=st.sampled_from(sorted(STARTS)))
    def the_first_customer_pays(self, sku: str) -> None:
        self.somebody_buys(sku, 1, "", "")

    @rule(sku=st.sampled_from(sorted(STARTS)), quantity=st.integers(1, 2), opening=OPENING, settling=SETTLING)
    def somebody_buys(self, sku: str, quantity: int, opening: str, settling: str) -> None:
        self.world.fill(sku, quantity)
        self.world.order(0, opening)
        self.world.at_provider("pay", 0)
        if self.world.has_orders:
            self.world.come_back(0, settling)

    @rule(sku=st.sampled_from(sorted(STARTS)), quantity=st.integers(1, 3), cart=st.none() | SOME)
    def somebody_fills_a_cart(self, sku: str, quantity: int, cart: int | None) -> None:
        self.world.fill(sku, quantity, cart)

    @precondition(lambda self: self.world.carts)
    @rule(cart=SOME, cut_at=OPENING)
    def somebody_orders(self, cart: int, cut_at: str) -> None:
        self.world.order(cart, cut_at)

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

    @rule(number=SOME, action=st.sampled_from(["succeed", "fail", "dispute", "win", "lose"]))
    def a_bank_speaks(self, number: int, action: str) -> None:
        if action in ("succeed", "fail"):
            self.world.next_refund(action, number)
        else:
            self.world.dispute(action, number)

    @precondition(lambda self: self.world.has_orders)
    @rule(order=SOME, is_sent=st.booleans())
    def the_merchant_ends_an_order(self, order: int, is_sent: bool) -> None:
        if is_sent:
            self.world.ship(order)
        else:
            self.world.call_off(order)

    @rule(kind=st.sampled_from(FAULTS), times=st.integers(1, 2), saved=st.booleans())
    def the_provider_has_trouble(self, kind: str, times: int, saved: bool) -> None:
        self.world.server.add_fault(kind=kind, times=times, saved=saved)

    @rule(minutes=st.sampled_from([1, 5, 20, 35, 45, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @rule()
    def the_jobs_run(self) -> None:
        self.world.work()

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert self.world.wrong() == []

    def teardown(self) -> None:
        assert self.world.wrong_in_the_end() == []


def bounds() -> settings:
    """Some seconds in a normal run; as much as wanted with `--hypothesis-profile=thorough`."""
    wanted = settings()
    if settings.get_current_profile_name() != "thorough":
        wanted = settings(max_examples=10, stateful_step_count=30, derandomize=True, database=None)
    return settings(wanted, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def machine(engine: Engine) -> Callable[[], ShopMachine]:
    return lambda: ShopMachine(engine)


def test_whatever_happens_the_books_of_shop_and_provider_agree(machine: Callable[[], ShopMachine]) -> None:
    run_state_machine_as_test(machine, settings=bounds())
