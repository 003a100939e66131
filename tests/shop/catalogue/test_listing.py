import pytest

from shop.catalogue.cards import find_cards
from shop.catalogue.listing import ListQuery, Sort, list_products
from shop.catalogue.snapshot import all_published, available_skus
from shop.catalogue.states import ProductStatus


def skus(session, window, **asked):
    return [card.sku for card in list_products(session, ListQuery(**asked), window).cards]


@pytest.fixture
def shelf(save):
    """Four products that differ in everything one can filter by, and one that nobody may see."""
    save(
        "A", title="Soft Neck Pillow", type="spike_pillow", areas=("neck",), price=2000, pressure_min=1, pressure_max=2
    )
    save("B", title="Classic Spike Mat", areas=("lower_back", "hips"), price=4000)
    save(
        "C", title="Cork Ball", type="massage_ball", positions=("standing",), price=1000, pressure_min=3, pressure_max=5
    )
    save("D", title="Deep Mat", price=6000, available=0, areas=("any",))
    save("E", title="Hidden Mat", status=ProductStatus.DRAFT)


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["A", "B", "C", "D"]),
        ({"area": "neck"}, ["A"]),
        ({"type": "massage_ball"}, ["C"]),
        ({"firmness": 1}, ["A"]),
        ({"firmness": 4}, ["B", "C", "D"]),
        ({"position": "standing"}, ["C"]),
        ({"price_from_minor": 2000, "price_to_minor": 4000}, ["A", "B"]),
        ({"available_only": True}, ["A", "B", "C"]),
        ({"sort": Sort.PRICE_UP}, ["C", "A", "B", "D"]),
        ({"sort": Sort.PRICE_DOWN}, ["D", "B", "A", "C"]),
        ({"sort": Sort.NEWEST}, ["D", "C", "B", "A"]),
        ({"sort": Sort.NAME}, ["B", "C", "D", "A"]),
        ({"area": "neck", "position": "standing"}, []),
        ({"area": "lower_back", "firmness": 5, "position": "standing", "available_only": True, "q": "ball"}, ["C"]),
    ],
)
def test_the_list_is_filtered_and_ordered(session, window, asked, expected):
    assert skus(session, window, **asked) == expected


def test_pages_of_24_hold_every_product_once(session, window, save):
    for number in range(30):
        save(f"MAT{number:02}")

    first = list_products(session, ListQuery(), window)
    second = list_products(session, ListQuery(page=2), window)

    assert (first.total, first.pages, len(first.cards), len(second.cards)) == (30, 2, 24, 6)
    assert len({card.sku for card in first.cards + second.cards}) == 30
    assert list_products(session, ListQuery(page=3), window).cards == ()


def test_a_list_takes_four_statements_at_the_most_and_one_when_nothing_changed(session, window, save, statements):
    for number in range(30):
        save(f"MAT{number:02}", options=("red", "blue"))

    for asked in (ListQuery(area="lower_back"), ListQuery(q="mat", sort=Sort.BEST_MATCH)):
        with statements() as cold:
            list_products(session, asked, window)
        with statements() as warm:
            list_products(session, asked, window)
        assert len(cold) <= 4
        assert len(warm) == 1


def test_a_new_product_is_counted_at_once(session, window, save):
    save("MAT01")
    assert list_products(session, ListQuery(), window).total == 1

    save("MAT02", type="foot_mat")

    page = list_products(session, ListQuery(), window)
    assert page.total == 2
    assert page.types == (("foot_mat", "Foot mat"), ("spike_mat", "Spike mat"))


@pytest.mark.usefixtures("shelf")
def test_a_card_says_price_and_stock(session, window, save):
    save("F", options=("S", "L"), available=2, price=500)

    cards = {card.sku: card for card in list_products(session, ListQuery(), window).cards}

    assert cards["A"].url == "/products/soft-neck-pillow"
    assert cards["A"].picture_url == "/pictures/A.svg"
    assert (cards["A"].stock_text, cards["D"].stock_text, cards["F"].stock_text) == (
        "In stock",
        "Sold out",
        "4 left in stock",
    )
    assert (cards["A"].price.minor, cards["A"].price_is_from, cards["D"].available) == (2000, False, False)


@pytest.mark.usefixtures("shelf")
def test_chosen_cards_come_in_their_order_without_dead_ones(session, window, statements):
    with statements() as seen:
        cards = find_cards(session, window, skus=["C", "E", "D", "NOPE", "A"])

    assert [card.sku for card in cards] == ["C", "A"]
    assert len(seen) == 1
    assert [card.sku for card in find_cards(session, window, area="lower_back", limit=1)] == ["B"]
    assert [card.sku for card in find_cards(session, window, skus=["D"], available_only=False)] == ["D"]
    assert find_cards(session, window, skus=[]) == ()


@pytest.mark.usefixtures("shelf")
def test_the_snapshot_holds_published_products_with_price_and_availability(session):
    products = {product.sku: product for product in all_published(session)}

    assert list(products) == ["A", "B", "C", "D"]
    assert (products["A"].price_minor, products["A"].contraindications, products["D"].available) == (
        2000,
        ("PREG",),
        False,
    )
    assert available_skus(session) == {"A", "B", "C"}
