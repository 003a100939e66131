"""Links to follow a parcel are made from known https addresses, whatever is typed as a number."""

from pathlib import Path

import pytest

from shop.config import ConfigError
from shop.orders.carriers import SHIPPED, Carriers, read_carriers

KNOWN = read_carriers(str(SHIPPED))


def written(folder: Path, tracking: str, name: str = "Post") -> Carriers:
    """The carriers of a file with one of them."""
    path = folder / "carriers.toml"
    path.write_text(f'[[carrier]]\nname = "{name}"\ntracking = "{tracking}"\n', encoding="utf-8")
    read_carriers.cache_clear()
    return read_carriers(str(path))


def test_every_shipped_carrier_leads_to_its_own_https_page() -> None:
    urls = [KNOWN.tracking_url(name, "AB12345678") for name in KNOWN.names]

    assert len(urls) >= 10
    assert all(url and url.startswith("https://") and url.count("AB12345678") == 1 for url in urls)


def test_a_carrier_is_known_however_its_name_is_written() -> None:
    assert KNOWN.tracking_url("ups", "1Z999") == "https://www.ups.com/track?tracknum=1Z999"


@pytest.mark.parametrize(
    "number", ["", "..", "1", "../../x", "1Z 999", "1Z&x=1", "<script>", "javascript:alert(1)", "é123456", "9" * 41]
)
def test_what_is_no_number_is_no_link(number: str) -> None:
    assert KNOWN.tracking_url("UPS", number) is None


@pytest.mark.parametrize("carrier", ["", "https://evil.example/", "Cousin Bob"])
def test_nobody_else_gets_a_link(carrier: str) -> None:
    assert KNOWN.tracking_url(carrier, "1Z999") is None


def test_a_shop_may_name_its_own_carriers(tmp_path: Path) -> None:
    mine = written(tmp_path, "https://post.example/track/{number}")

    assert mine.tracking_url("Post", "A-1234") == "https://post.example/track/A-1234"


@pytest.mark.parametrize(
    "tracking",
    [
        "http://post.example/{number}",
        "javascript:{number}",
        "https://{number}.example/",
        "https://me@post.example/{number}",
        "https://post.example/",
        "https://post.example/{number}/{number}",
        "https://post.example/<{number}>",
        "/track/{number}",
    ],
)
def test_an_address_that_is_not_plain_https_stops_the_start(tmp_path: Path, tracking: str) -> None:
    with pytest.raises(ConfigError, match="https"):
        written(tmp_path, tracking)


@pytest.mark.parametrize("text", ["", "x = 1", "[[carrier]]\nname = 'Post'\n", "carrier = 1", "[[carrier"])
def test_a_file_of_another_shape_stops_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=r"other\.toml"):
        read_carriers(str(path))
