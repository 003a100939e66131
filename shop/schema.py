"""Bring the database's tables to the wanted release, by Alembic's API. Nothing here knows Flask."""

from collections.abc import Callable

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from shop import paths
from shop.errors import BadInput
from shop.tables import metadata

VERSION_TABLE = "shop_alembic_version"


def _alembic(engine: Engine) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(paths.migrations()).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is one of the models'; the word index is written by hand, other tables are the host's."""
    return kind != "table" or (str(name).startswith("shop_") and not str(name).startswith("shop_search"))


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run migrations up to `revision`, each in its own transaction. Raises BadInput for one that cannot be reached."""
    _run(command.upgrade, engine, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Run migrations down to `revision` ("base" removes every table of ours). Raises BadInput as `upgrade` does."""
    _run(command.downgrade, engine, revision)


def _run(move: Callable[[AlembicConfig, str], None], engine: Engine, revision: str) -> None:
    if not revision:
        raise _unreachable(revision, "it has no name")
    try:
        move(_alembic(engine), revision)
    except CommandError as error:
        raise _unreachable(revision, str(error).partition("\n")[0][:200].rstrip(".")) from error


def _unreachable(revision: str, why: str) -> BadInput:
    return BadInput(
        f"The database cannot be brought to “{revision[:40]}”: {why}. "
        f"The newest release that this code knows is {head_revision()}; base is an empty database."
    )


def current_revision(engine: Engine) -> str | None:
    """The release the database is at; None before the first migration."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision()


def head_revision() -> str | None:
    """The release this code wants."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(paths.migrations()).replace("%", "%%"))
    return ScriptDirectory.from_config(config).get_current_head()


def differences(engine: Engine) -> list[object]:
    """What migrations would still have to do to reach the models; empty when they agree."""
    with engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "include_name": is_compared}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))
