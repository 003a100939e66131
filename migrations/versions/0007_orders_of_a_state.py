"""Orders of one state are listed newest first without sorting all of them."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_shop_order_state_newest", "shop_order", ["state", "id"])


def downgrade() -> None:
    op.drop_index("ix_shop_order_state_newest", "shop_order")
