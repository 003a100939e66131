"""The one door to the recommender: fresh stock, prices that can be paid, and rows that make no sense."""

from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from recommender.types import UNKNOWN, Answers, ExclusionKind, Ranking
from shop.catalogue.cards import ShopWindow
from shop.catalogue.models import Product
from shop.catalogue.service import bump_version
from shop.catalogue.states import ProductStatus
from shop.recommendations import service
from shop.recommendations.assortment import current_shelf
from shop.recommendations.left_out import MOST_GROUPS, MOST_NAMED, REST
from shop.stock.models import StockLevel
from tests.make import make_product

WINDOW = ShopWindow(currency="USD", product_url="/products/", picture_url="/pictures/", media_url="/media/")
NO_CODES: frozenset[str] = frozenset()


def make_answers(**changed: Any) -> Answers:
    """A healthy visitor with a sore lower back who likes to lie down."""
    given: dict[str, Any] = {
        "red_flags": NO_CODES,
        "health": NO_CODES,
        "allergies": NO_CODES,
        "areas": frozenset({"lower_back"}),
        "pain_kinds": frozenset({"muscular_tension"}),
        "position": "lying",
    }
    return Answers(**given | changed)


def shown(session: Session, answers: Answers) -> list[str]:
    return [pick.card.sku for pick in service.recommend(session, WINDOW, answers).picks]


def set_available(session: Session, sku: str, units: int) -> None:
    session.get_one(StockLevel, sku).available = units
    session.flush()


def set_price(session: Session, product: Product, option: int, minor: int) -> None:
    for price in product.variants[option].prices:
        price.minor = minor
    bump_version(session)
    session.flush()


def test_a_suitable_product_is_recommended_with_its_words(session: Session) -> None:
    make_product(session, "MAT01", cautions=("CARD",))

    found = service.recommend(session, WINDOW, make_answers(health=frozenset({"CARD"})))

    (pick,) = found.picks
    assert pick.card.url == "/products/mat01"
    assert [offer.sku for offer in pick.offers] == ["MAT01-CHARCOAL"]
    assert pick.reasons
    assert pick.cautions
    assert "small studies" in pick.evidence


def test_what_sells_out_is_gone_at_once_without_a_change_of_the_catalogue(session: Session) -> None:
    make_product(session, "MAT01")
    before = shown(session, make_answers())

    set_available(session, "MAT01-CHARCOAL", 0)
    sold_out = shown(session, make_answers())
    set_available(session, "MAT01-CHARCOAL", 1)

    assert (before, sold_out, shown(session, make_answers())) == (["MAT01"], [], ["MAT01"])


def test_a_change_of_the_catalogue_is_seen(session: Session) -> None:
    product = make_product(session, "MAT01")
    before = shown(session, make_answers())

    product.status = ProductStatus.ARCHIVED
    bump_version(session)
    session.flush()

    assert (before, shown(session, make_answers())) == (["MAT01"], [])


def test_only_variants_that_can_be_bought_are_offered(session: Session) -> None:
    make_product(session, "MAT01", variants=("RED", "BLUE"))
    set_available(session, "MAT01-RED", 0)

    (pick,) = service.recommend(session, WINDOW, make_answers()).picks

    assert [offer.option for offer in pick.offers] == ["Blue"]


def test_the_price_is_the_lowest_that_can_be_paid(session: Session) -> None:
    product = make_product(session, "MAT01", variants=("RED", "BLUE", "GREEN"), price=5000)
    set_price(session, product, 0, 2000)
    set_available(session, "MAT01-RED", 0)

    (pick,) = service.recommend(session, WINDOW, make_answers(max_budget_minor=6000)).picks
    too_dear = shown(session, make_answers(max_budget_minor=3000))

    assert pick.card.price.minor == 5000
    assert not pick.card.price_is_from
    assert too_dear == []


def test_a_variant_above_the_budget_is_not_offered(session: Session) -> None:
    product = make_product(session, "MAT01", variants=("RED", "BLUE"), price=2000)
    set_price(session, product, 1, 9000)

    (pick,) = service.recommend(session, WINDOW, make_answers(max_budget_minor=3000)).picks

    assert [offer.option for offer in pick.offers] == ["Red"]


def test_the_budget_is_read_in_the_shops_currency(session: Session) -> None:
    product = make_product(session, "MAT01", price=2000)
    for price in product.variants[0].prices:
        price.minor = 9000 if price.currency == "EUR" else 2000
    session.flush()
    euros = WINDOW.__class__("EUR", "/products/", "/pictures/", "/media/")
    answers = make_answers(max_budget_minor=3000)

    in_dollars = service.recommend(session, WINDOW, answers).picks
    in_euros = service.recommend(session, euros, answers).picks

    assert len(in_dollars) == 1
    assert in_euros == ()


def test_what_is_left_out_is_grouped_with_safety_first_and_does_not_grow_with_the_catalogue(session: Session) -> None:
    for number in range(30):
        make_product(session, f"BAD{number}", contraindications=("PREG",))
    make_product(session, "LATEX", contraindications=(), allergens=("LATEX",))
    make_product(session, "FAR", type="foot_mat", contraindications=(), areas=("feet",), pain_kinds=("foot_fatigue",))
    answers = make_answers(health=frozenset({"PREG"}), allergies=frozenset({"LATEX"}), areas=frozenset({"head"}))

    groups = service.recommend(session, WINDOW, answers).left_out

    assert groups[0].is_safety
    assert (len(groups[0].titles), groups[0].more, groups[0].count) == (MOST_NAMED, 23, 31)
    safety = [group.is_safety for group in groups]
    assert safety == sorted(safety, reverse=True)
    assert len(groups) <= MOST_GROUPS + len(REST)


def test_a_warning_sign_asks_the_database_nothing_and_shows_nothing(session: Session) -> None:
    make_product(session, "MAT01")
    statements = count_statements(session)

    found = service.recommend(session, WINDOW, make_answers(red_flags=frozenset({"CAUDA"})))

    assert found.referral is not None
    assert found.picks == found.left_out == ()
    assert statements == []


def test_a_second_result_takes_few_statements(session: Session) -> None:
    for number in range(12):
        make_product(session, f"MAT{number}", price=2000 + number)
    bump_version(session)
    service.recommend(session, WINDOW, make_answers())
    statements = count_statements(session)

    service.recommend(session, WINDOW, make_answers())

    assert len(statements) == 1


def test_the_same_stock_gives_the_very_same_items(session: Session) -> None:
    make_product(session, "MAT01")
    make_product(session, "MAT02", price=1000)
    set_available(session, "MAT02-CHARCOAL", 0)

    first = current_shelf(session, "USD").assortment.items
    set_available(session, "MAT01-CHARCOAL", 5)
    second = current_shelf(session, "USD").assortment.items

    assert all(one is other for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("sku", ["MAT01", "MAT01-CHARCOAL"])
def test_a_product_is_excluded_by_its_own_or_a_variants_sku(session: Session, sku: str) -> None:
    make_product(session, "MAT01", contraindications=("PREG",))

    excluded = service.exclusion_for(session, make_answers(health=frozenset({"PREG"})), sku, currency="USD")
    fine = service.exclusion_for(session, make_answers(), sku, currency="USD")

    assert excluded is not None
    assert (excluded.sku, excluded.kind, excluded.codes) == ("MAT01", ExclusionKind.CONTRAINDICATION, ("PREG",))
    assert fine is None


def test_what_nobody_sells_is_not_excluded_but_refused_elsewhere(session: Session) -> None:
    make_product(session, "DRAFT", status=ProductStatus.DRAFT)
    answers = make_answers(health=frozenset({"PREG"}))

    for sku in ("NEVER-HEARD-OF", "DRAFT"):
        assert service.exclusion_for(session, answers, sku, currency="USD") is None
        assert service.visible(session, answers, [sku], currency="USD") == set()


def test_a_product_without_its_safety_fields_is_out_for_anybody_with_a_health_answer(session: Session) -> None:
    make_product(session, "BARE", contraindications=None)

    for answers in (make_answers(health=frozenset({"VARIC"})), make_answers(allergies=frozenset({UNKNOWN}))):
        assert service.visible(session, answers, ["BARE"], currency="USD") == set()
        assert shown(session, answers) == []


def test_a_row_that_makes_no_sense_is_out_for_everybody_and_breaks_nothing(session: Session) -> None:
    make_product(session, "GOOD")
    make_product(session, "BROKEN")
    if session.get_bind().dialect.name == "sqlite":  # PostgreSQL keeps no text in a whole number's column
        session.execute(text("UPDATE shop_product SET weight_grams = 'heavy' WHERE sku = 'BROKEN'"))
    else:
        session.execute(text("UPDATE shop_product SET length_mm = -1 WHERE sku = 'BROKEN'"))

    excluded = service.exclusion_for(session, make_answers(), "BROKEN-CHARCOAL", currency="USD")

    assert shown(session, make_answers()) == ["GOOD"]
    assert excluded is not None
    assert excluded.kind is ExclusionKind.MISSING_SAFETY
    assert service.visible(session, make_answers(), ["GOOD", "BROKEN"], currency="USD") == {"GOOD"}


def test_a_block_shows_everything_without_answers_and_asks_nothing(session: Session) -> None:
    statements = count_statements(session)

    assert service.visible(session, None, ["A", "B"], currency="USD") == {"A", "B"}
    assert statements == []


def test_a_block_shows_nothing_after_a_warning_sign(session: Session) -> None:
    make_product(session, "MAT01")

    assert service.visible(session, make_answers(red_flags=frozenset({"NIGHT"})), ["MAT01"], currency="USD") == set()


def test_an_electric_pen_is_never_chosen_even_when_published(session: Session) -> None:
    make_product(session, "PEN01", type="point_pen", powered=True, registration_number="K123")

    found = service.recommend(session, WINDOW, make_answers())

    assert isinstance(found.outcome, Ranking)
    assert found.picks == ()
    assert service.visible(session, make_answers(), ["PEN01"], currency="USD") == set()


def count_statements(session: Session) -> list[str]:
    """The statements sent from now on."""
    seen: list[str] = []
    engine = session.get_bind()
    session.flush()
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    return seen
