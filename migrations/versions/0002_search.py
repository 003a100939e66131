"""The word index of the products: FTS5 on SQLite, tsvector with a GIN index on PostgreSQL.

Written by hand: neither is known to the models. `shop.catalogue.search` keeps it in step.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE shop_search USING fts5("
            "title, kind, words, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4')"
        )
    else:
        op.execute(
            "CREATE TABLE shop_search ("
            "product_id integer PRIMARY KEY REFERENCES shop_product (id) ON DELETE CASCADE, "
            "document tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_shop_search_document ON shop_search USING gin (document)")


def downgrade() -> None:
    op.execute("DROP TABLE shop_search")
