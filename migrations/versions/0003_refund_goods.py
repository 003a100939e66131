"""What a refund is for is kept with it: goods that are not sent any more, delivery, and what went on the shelf.

Refunds from before called off the pieces they were for, and booked in what they asked for once they had succeeded.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shop_refund") as table:
        table.add_column(sa.Column("calls_off", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("with_delivery", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("shelved", sa.JSON(), server_default="{}", nullable=False))
    op.execute(sa.text("UPDATE shop_refund SET calls_off = :yes WHERE state <> 'failed'").bindparams(yes=True))
    op.execute("UPDATE shop_refund SET shelved = restock WHERE state = 'succeeded'")


def downgrade() -> None:
    with op.batch_alter_table("shop_refund") as table:
        table.drop_column("shelved")
        table.drop_column("with_delivery")
        table.drop_column("calls_off")
