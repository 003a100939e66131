"""What is asked of both apps: pages and posts, the same list for the bare one and for ours."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

WORDS = ("mat", "pillow", "cork", "neck", "foot", "travel", "firm", "roller", "linen", "ball", "spike mat", "cushion")


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of page: its paths (or form bodies), the ratio it must reach and the one it should."""

    name: str
    method: str
    paths: tuple[str, ...]
    bodies: tuple[str, ...]
    status: int
    gate: float
    goal: float
    max_statements: int


def targets(database: Path) -> tuple[Target, ...]:
    """List, product, search and add to cart over the products of a database."""
    with sqlite3.connect(database) as connection:
        slugs = [row[0] for row in connection.execute("SELECT slug FROM shop_product WHERE status = 'published'")]
        skus = [
            row[0]
            for row in connection.execute(
                "SELECT v.sku FROM shop_variant v JOIN shop_stock_level s ON s.sku = v.sku "
                "JOIN shop_product p ON p.id = v.product_id WHERE s.available > 0 AND p.status = 'published'"
            )
        ]
    lists = tuple(f"/products?page={page}" for page in range(1, 30))
    searches = tuple(f"/products?q={quote_plus(word)}" for word in WORDS)
    bodies = tuple(f"sku={quote_plus(sku)}&quantity=1" for sku in skus)
    return (
        Target("list", "GET", lists, (), 200, 0.7, 1.3, 4),
        Target("product", "GET", tuple(f"/products/{slug}" for slug in slugs), (), 200, 0.7, 1.1, 5),
        Target("search", "GET", searches, (), 200, 1.0, 2.0, 4),
        Target("add to cart", "POST", ("/cart/add",), bodies, 303, 0.6, 0.85, 8),
    )
