"""What the payment service's tax reports are told: sales by their calculation, and what went back of them.

Orders from before were calculated and never reported: their calculations stand in their history only, and are left.
"""

import sqlalchemy as sa
from alembic import op

import shop.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATES = sa.Enum(
    "asked", "due", "reported", "refused",
    name="taxreportstate", native_enum=False, create_constraint=True, length=24,
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "shop_tax_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("calculation_id", sa.String(120), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", _STATES, nullable=False),
        sa.Column("transaction_id", sa.String(120), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("try_at", shop.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_order.id"], name=op.f("fk_shop_tax_report_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_tax_report")),
        sa.UniqueConstraint("reference", name=op.f("uq_shop_tax_report_reference")),
    )
    op.create_index(op.f("ix_shop_tax_report_order_id"), "shop_tax_report", ["order_id"])
    op.create_index("ix_shop_tax_report_due", "shop_tax_report", ["state", "try_at"])


def downgrade() -> None:
    op.drop_table("shop_tax_report")
