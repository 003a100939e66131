"""Reads the small CSV tables that ship with the recommender."""

import csv
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of `data/<name>.csv` in file order, each by its column names."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
