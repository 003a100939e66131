import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from shop.catalogue import service
from shop.catalogue.models import ProductFacet
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import VariantValues
from shop.errors import NotFound
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY, make_values


def save_values(session, values):
    return service.save_product(session, values, currency="USD", standards=CLAIMS_ONLY, now=NOW)


def test_a_product_is_saved_with_variants_prices_facets_and_a_version(session):
    before = service.catalogue_version(session)

    product = save_values(session, make_values(options=("charcoal", "teal"), areas=("neck", "lower_back")))

    facets = session.execute(select(ProductFacet.kind, ProductFacet.value)).all()
    assert [variant.sku for variant in product.variants] == ["MAT01-CHARCOAL", "MAT01-TEAL"]
    assert set(facets) == {("area", "neck"), ("area", "lower_back"), ("position", "lying")}
    assert (product.slug, product.option_name, product.status) == ("spike-mat-mat01", "Colour", "published")
    assert service.catalogue_version(session) == before + 1


def test_the_price_range_follows_the_active_variants(session):
    variants = (
        VariantValues(option_value="S", prices={"USD": 3000, "EUR": 100}),
        VariantValues(option_value="L", prices={"USD": 4500}),
    )

    product = save_values(session, make_values(variants=variants))

    assert (product.price_from_minor, product.price_to_minor) == (3000, 4500)


def test_a_variant_that_is_no_longer_named_becomes_inactive_and_can_come_back(session):
    save_values(session, make_values(options=("charcoal", "teal")))

    fewer = save_values(session, make_values(options=("teal",)))
    assert {variant.sku: variant.active for variant in fewer.variants} == {
        "MAT01-CHARCOAL": False,
        "MAT01-TEAL": True,
    }

    again = save_values(session, make_values(options=("charcoal", "teal")))
    assert all(variant.active for variant in again.variants)


def test_saving_what_is_there_changes_nothing(session):
    product = save_values(session, make_values(options=("charcoal", "teal"), session_minutes=20))
    session.expire_all()

    values = service.values_of(service.get_product(session, "MAT01"))
    again = save_values(session, values)

    assert service.values_of(again) == values
    assert again.id == product.id


def test_the_address_stays_when_the_title_changes_and_is_never_shared(session):
    first = save_values(session, make_values("MAT01", title="A Fine Mat"))
    second = save_values(session, make_values("MAT02", title="A fine mat!"))

    renamed = save_values(session, make_values("MAT01", title="Another name"))

    assert (renamed.slug, second.slug) == ("a-fine-mat", "a-fine-mat-mat02")
    assert first.id == renamed.id


def test_a_variant_sku_of_another_product_is_refused(session):
    save_values(session, make_values("MAT01"))
    taken = make_values("MAT02", variants=(VariantValues(sku="MAT01-CHARCOAL", prices={"USD": 1}),))

    with pytest.raises(service.InvalidProduct) as refused:
        save_values(session, taken)

    assert refused.value.problems[0].field == "variants"


def test_a_draft_is_published_only_when_it_is_complete(session):
    draft = ProductStatus.DRAFT
    save_values(session, make_values(status=draft, allergens=None))
    options = {"currency": "USD", "standards": CLAIMS_ONLY, "now": NOW}

    with pytest.raises(service.InvalidProduct) as refused:
        service.set_status(session, "MAT01", ProductStatus.PUBLISHED, **options)
    assert [problem.field for problem in refused.value.problems] == ["allergens"]

    save_values(session, make_values(status=draft))
    assert service.set_status(session, "MAT01", ProductStatus.PUBLISHED, **options).status == "published"
    assert service.set_status(session, "MAT01", ProductStatus.ARCHIVED, **options).status == "archived"


def test_an_unknown_sku_is_not_found(session):
    with pytest.raises(NotFound):
        service.get_product(session, "NOPE")


def test_a_new_product_never_overwrites_one_that_somebody_saved_this_moment(session):
    save_values(session, make_values("MAT01", title="Anna's"))

    with pytest.raises(IntegrityError), session.begin_nested():
        service.save_product(
            session,
            make_values("MAT01", title="Ben's"),
            currency="USD",
            standards=CLAIMS_ONLY,
            now=NOW,
            is_new=True,
        )

    assert service.get_product(session, "MAT01").title == "Anna's"
