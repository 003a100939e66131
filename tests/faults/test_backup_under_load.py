"""A backup while customers buy: what was paid before it began is in it, it adds up, and reconcile knows what is not."""

import threading
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.backup import back_up, restore
from shop.db import make_engine
from tests.databases import SqliteDatabases
from tests.invariants.judge import judge_settled
from tests.invariants.judge_goods import units_add_up
from tests.invariants.world import STARTS, World

SKU, BEFORE, DURING = "PIL01-SAND", 2, 4


def buy(world: World) -> None:
    """One more customer of one pillow, who pays and comes back."""
    world.fill(SKU, 1)
    world.order(0)
    world.at_provider("pay", 0)
    world.come_back(0)


def paid(engine: Engine) -> int:
    with Session(engine) as session:
        assert units_add_up(session, STARTS) == []
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM shop_order WHERE payment_state = 'paid'").scalar()
    return int(found or 0)


def test_what_was_paid_before_a_backup_is_in_it_and_what_came_later_is_told_after_a_restore(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with sqlite_databases.fresh() as url:
        engine = make_engine(url)
        world = World(engine)
        for _ in range(BEFORE):
            buy(world)
        crowd = threading.Thread(target=lambda: [buy(world) for _ in range(DURING)])
        crowd.start()
        targets = [tmp_path / f"backup{number}.db" for number in range(3)]
        for target in targets:
            back_up(engine, target)
        crowd.join(60)
        copies = []
        for target in targets:
            copy = make_engine(f"sqlite:///{target}")
            copies.append(paid(copy))
            copy.dispose()

        restore(engine, targets[0])
        report = world.reconcile()

        assert all(BEFORE <= count <= BEFORE + DURING for count in copies)
        assert copies == sorted(copies)
        assert paid(engine) + len(report.unknown_charges) == BEFORE + DURING
        with Session(engine) as session:
            charges = [
                found for found in judge_settled(session, world.server.ledger(), STARTS) if "of no order" in found
            ]
        assert len(charges) == len(report.unknown_charges)
        engine.dispose()
