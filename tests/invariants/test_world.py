"""What the machine drives really happens: no deed of the world is one that the shop refuses each time."""

from datetime import timedelta

from sqlalchemy import Engine

from tests.invariants.goods import BOX
from tests.invariants.reached import MUST_HAPPEN, reached
from tests.invariants.world import World


def buy(world: World, *skus: str, code: str = "", who: int = 0) -> None:
    """A paid order of one piece each."""
    world.fill(skus[0], 1)
    for sku in skus[1:]:
        world.fill(sku, 1, 0)
    if code:
        world.use_code(0, code)
    world.order(0, who=who)
    world.at_provider("pay", 0)
    world.come_back(0)


def send_back(world: World, *, restock: bool) -> None:
    """A piece of each line of the newest order."""
    world.ask_return(0, (1,))
    for _ in range(3):
        world.handle_return(0, restock)


def test_every_deed_of_the_world_can_happen_and_leaves_the_books_right(engine: Engine) -> None:
    world = World(engine)
    world.count_shelf("PIL01-SAND", 9)
    world.count_shelf("MAT01-CHARCOAL", 9)

    buy(world, BOX, BOX, "MAT01-CHARCOAL", code="TEN", who=1)  # two boxes: one leaves, then the other
    world.ship(0, (0, 1))
    send_back(world, restock=True)
    world.ship(0, (0, 1))
    world.refund_pieces(0, (1, 0), restock=False)
    buy(world, "PIL01-SAND", "MAT01-TEAL", code="PILLOW", who=2)
    world.ship(0, (1, 0))
    send_back(world, restock=False)
    buy(world, "PIL01-SAND", code="GIFT")
    world.ship(0)
    world.ask_return(0, (1,))
    world.refuse_return(0)
    buy(world, "PIL01-SAND")
    world.ship(0)
    world.ask_return(0, (1,))
    world.withdraw(0, (1,))
    buy(world, "PIL01-SAND", "MAT01-TEAL")
    world.refund_pieces(0, (1, 0), restock=False)
    buy(world, "MAT01-CHARCOAL", code="POST")
    world.call_off(0)
    world.server.add_fault(kind="pending_refund", times=1, saved=False)
    world.refund(0, 500, restock=False)
    world.next_refund("fail", len(world.server.ledger()["refunds"]) - 1)
    for number in range(len(world.server.ledger()["events"])):
        world.deliver(number)
    world.wait(timedelta(minutes=1))
    world.work()

    assert world.wrong() == []
    assert MUST_HAPPEN - reached(engine) == set()
    assert world.wrong_in_the_end() == []
