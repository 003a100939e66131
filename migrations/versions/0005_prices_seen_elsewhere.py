"""A line of a cart keeps what was last seen of its price in other currencies, so that coming back to one tells a change.

Lines from before know one currency only: whatever they are held against in another one begins with this release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shop_cart_line") as table:
        table.add_column(sa.Column("seen_elsewhere", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("shop_cart_line") as table:
        table.drop_column("seen_elsewhere")
