"""Alembic's entry: it works on the engine that `shop.schema` hands over, and on no configuration file."""

from alembic import context
from sqlalchemy import Engine

from shop.schema import VERSION_TABLE, is_compared
from shop.tables import metadata


def run() -> None:
    """Run the migrations in one transaction each; SQLite alters tables by copying them."""
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table=VERSION_TABLE,
            render_as_batch=engine.dialect.name == "sqlite",
            transaction_per_migration=True,
            include_name=is_compared,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
