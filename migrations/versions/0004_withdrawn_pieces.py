"""Withdrawals: each line counts its withdrawn pieces, and a form token makes a double click one declaration."""

from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WITHDRAWAL = sa.table("shop_withdrawal", sa.column("pieces", sa.JSON))
_LINE = sa.table("shop_order_line", sa.column("id", sa.Integer), sa.column("withdrawn", sa.Integer))


def upgrade() -> None:
    with op.batch_alter_table("shop_order_line") as table:
        table.add_column(sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("shop_withdrawal") as table:
        table.add_column(sa.Column("form_token", sa.String(64)))
        table.create_unique_constraint(op.f("uq_shop_withdrawal_form_token"), ["form_token"])
    counted = Counter[int]()
    for pieces in op.get_bind().scalars(sa.select(_WITHDRAWAL.c.pieces)):
        counted.update({int(line_id): units for line_id, units in pieces.items()})
    for line_id, units in counted.items():
        op.execute(sa.update(_LINE).where(_LINE.c.id == line_id).values(withdrawn=units))


def downgrade() -> None:
    with op.batch_alter_table("shop_withdrawal") as table:
        table.drop_constraint(op.f("uq_shop_withdrawal_form_token"), type_="unique")
        table.drop_column("form_token")
    with op.batch_alter_table("shop_order_line") as table:
        table.drop_column("withdrawn")
