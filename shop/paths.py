"""Where templates, migrations and static files lie: in a checkout or inside an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    built_in = PACKAGE / f"_{name}"
    return built_in if built_in.is_dir() else PACKAGE.parent / name


def templates() -> Path:
    """The folder that holds `shop/` with the page templates."""
    return _shipped("templates")


def migrations() -> Path:
    """The Alembic script folder."""
    return _shipped("migrations")


def static() -> Path:
    """Style sheets, scripts and pictures of the shop's own."""
    return PACKAGE / "static"


def demo_data() -> Path:
    """The demo catalogue and what belongs to it."""
    return PACKAGE / "demo_data"


def graded_visits() -> Path:
    """Visits with a careful adviser's grades, over the demo catalogue: a model must not do worse on them."""
    built_in = PACKAGE / "_graded"
    folder = built_in if built_in.is_dir() else PACKAGE.parent / "tests" / "recommender" / "data"
    return folder / "gold_public.jsonl"
