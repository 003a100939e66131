"""The demo catalogue's products as subjects, with their colour names."""

import csv
from functools import cache
from pathlib import Path

from shop.illustration import Subject

PRODUCTS = Path(__file__).with_name("products.csv")


@cache
def products() -> list[tuple[Subject, tuple[str, ...]]]:
    with PRODUCTS.open(encoding="utf-8", newline="") as file:
        return [(_subject(row), tuple(row["variants"].split("|"))) for row in csv.DictReader(file)]


def _subject(row: dict[str, str]) -> Subject:
    return Subject(
        sku=row["sku"],
        name=row["title"],
        type=row["type"],
        length_mm=float(row["length_cm"]) * 10,
        width_mm=float(row["width_cm"]) * 10,
        pressure_min=int(row["pressure_min"]),
        pressure_max=int(row["pressure_max"]),
        materials=tuple(row["materials"].split("|")),
        set_includes=tuple(part.strip() for part in row["set_includes"].split(",") if part.strip()),
        coverage=row["coverage"],
        heat=row["heat"] == "y",
    )
