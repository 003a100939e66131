"""Products written: saved, published, archived. Each write bumps the catalogue version in its own transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, selectinload

from shop.catalogue import bundles, rules, search
from shop.catalogue.models import BundlePart, CatalogueVersion, Price, Product, ProductFacet, Variant
from shop.catalogue.price_history import note_prices
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import FieldProblem, ProductValues, VariantValues
from shop.db import insert_if_absent
from shop.errors import BadInput, Conflict, NotFound

_NOT_COPIED = {"sku", "slug", "status", "variants", "list_position", "option_name"}
_COPIED = tuple(name for name in ProductValues.__slots__ if name not in _NOT_COPIED)


class InvalidProduct(BadInput):
    """A product cannot be saved or published; `problems` says why, field by field."""

    code = "invalid_product"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.sentence}" for problem in problems[:5]))
        self.problems = tuple(problems)


class ChangedMeanwhile(Conflict):
    """Somebody else saved this product after it was read."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed this product meanwhile.")


def claim_version(session: Session, sku: str, seen: datetime, *, now: datetime) -> None:
    """Make sure that the product is still what was read, and that nobody else writes it before this commits.

    `seen` is its `updated_at` as it was read. Raises ChangedMeanwhile.
    """
    claimed = session.scalar(
        update(Product)
        .where(Product.sku == sku, Product.updated_at == seen)
        .values(updated_at=now)
        .returning(Product.id)
        .execution_options(synchronize_session=False)  # the transaction has only begun: nothing is loaded yet
    )
    if claimed is None:
        raise ChangedMeanwhile


def save_product(
    session: Session,
    values: ProductValues,
    *,
    currency: str,
    standards: rules.Standards,
    now: datetime,
    is_new: bool = False,
) -> Product:
    """Create or change the product with this SKU, with its variants, prices, facets and search words.

    A variant that is no longer named becomes inactive: orders and carts may still point at it. A status of None keeps
    the present one; a new product then gets `rules.default_status`. Raises InvalidProduct. With `is_new` a product that
    is there already is never changed, not even one that somebody else saved this moment: the database refuses the
    second with an IntegrityError.
    """
    product = None if is_new else find_product(session, values.sku)
    status = values.status or (product.status if product else rules.default_status(values))
    publish = status is ProductStatus.PUBLISHED
    if found := rules.problems(values, currency=currency, publish=publish, standards=standards):
        raise InvalidProduct(found)
    if any(variant.parts for variant in values.variants):
        _refuse_wrong_parts(session, values)
    if product is None:
        product = Product(sku=values.sku, position=_next_position(session), created_at=now, slug="", variants=[])
        session.add(product)
    product.status, product.updated_at = status, now
    for name in _COPIED:
        setattr(product, name, getattr(values, name))
    product.option_name = values.option_name or rules.option_name_for(v.option_value for v in values.variants)
    if values.list_position is not None:
        product.position = values.list_position
    product.slug = _free_slug(session, values, product)
    _write_variants(session, product, values.variants)
    _write_price_range(product, currency)
    session.flush()  # facets and search words need the id
    _write_facets(session, product)
    note_prices(session, product, now=now)
    search.index_product(session, product)
    bump_version(session)
    return product


def set_status(
    session: Session, sku: str, status: ProductStatus, *, currency: str, standards: rules.Standards, now: datetime
) -> Product:
    """Publish a product, take it back to a draft, or archive it. Raises InvalidProduct and NotFound."""
    product = get_product(session, sku)
    if status is ProductStatus.PUBLISHED:
        found = rules.problems(values_of(product), currency=currency, publish=True, standards=standards)
        if found:
            raise InvalidProduct(found)
    product.status, product.updated_at = status, now
    note_prices(session, product, now=now)
    bump_version(session)
    return product


def find_product(session: Session, sku: str) -> Product | None:
    """The product with this SKU in any state, with its variants, or None."""
    wanted = select(Product).where(Product.sku == sku).options(selectinload(Product.variants))
    return session.scalar(wanted)


def get_product(session: Session, sku: str) -> Product:
    """The product with this SKU in any state. Raises NotFound."""
    product = find_product(session, sku)
    if product is None:
        raise NotFound("There is no product with this SKU.")
    return product


def has_products(session: Session) -> bool:
    """Whether there is any product, in whatever state."""
    return session.scalar(select(Product.id).limit(1)) is not None


def known_products(session: Session, skus: Iterable[str]) -> set[str]:
    """Those of the SKUs that name a product, in any state."""
    wanted, found = list(dict.fromkeys(skus)), set[str]()
    for start in range(0, len(wanted), 500):  # a statement takes a limited number of values
        found |= set(session.scalars(select(Product.sku).where(Product.sku.in_(wanted[start : start + 500]))))
    return found


def values_of(product: Product) -> ProductValues:
    """What `save_product` would have to be given for this product to stay as it is."""
    copied = {name: getattr(product, name) for name in _COPIED}
    variants = tuple(
        VariantValues(
            option_value=variant.option_value,
            prices={price.currency: price.minor for price in variant.prices},
            sku=variant.sku,
            parts=tuple(sorted((part.part_sku, part.quantity) for part in variant.parts)),
        )
        for variant in product.variants
        if variant.active
    )
    return ProductValues(
        sku=product.sku,
        slug=product.slug,
        status=product.status,
        list_position=product.position,
        option_name=product.option_name,
        variants=variants,
        **copied,
    )


def catalogue_version(session: Session) -> int:
    """The number that every change of products, prices or pictures raises."""
    return session.scalar(select(CatalogueVersion.version).where(CatalogueVersion.id == 1)) or 0


def bump_version(session: Session) -> None:
    """Say that the catalogue changed, in the transaction of the change."""
    raised = (
        update(CatalogueVersion)
        .where(CatalogueVersion.id == 1)
        .values(version=CatalogueVersion.version + 1)
        .returning(CatalogueVersion.version)
    )
    if session.execute(raised).first() is None and not insert_if_absent(session, CatalogueVersion, id=1, version=1):
        session.execute(raised)  # somebody else has just written the first one


def _next_position(session: Session) -> int:
    last = session.scalar(select(Product.position).order_by(Product.position.desc()).limit(1))
    return 10 if last is None else last + 10


def _free_slug(session: Session, values: ProductValues, product: Product) -> str:
    if not values.slug and product.slug:
        return product.slug
    wanted = values.slug or rules.slug_for(values.title)
    with session.no_autoflush:
        taken = session.scalar(select(Product.sku).where(Product.slug == wanted, Product.sku != values.sku))
    return wanted if taken is None else f"{wanted[:78]}-{rules.slug_for(values.sku)}"


def _write_variants(session: Session, product: Product, wanted: Sequence[VariantValues]) -> None:
    present = {variant.sku: variant for variant in product.variants}
    named = set()
    for position, values in enumerate(wanted):
        sku = values.sku or rules.variant_sku(product.sku, values.option_value)
        named.add(sku)
        variant = present.get(sku)
        if variant is None:
            _refuse_foreign_sku(session, product, sku)
            variant = Variant(sku=sku, prices=[], parts=[])
            product.variants.append(variant)
        variant.option_value, variant.position, variant.active = values.option_value, position, values.active
        _write_prices(variant, values)
        _write_parts(variant, values)
    for sku, variant in present.items():
        if sku not in named:
            variant.active = False


def _refuse_foreign_sku(session: Session, product: Product, sku: str) -> None:
    with session.no_autoflush:
        owner = session.scalar(select(Product.sku).join(Variant).where(Variant.sku == sku))
    if owner is not None and owner != product.sku:
        problem = FieldProblem(
            "variants", "a SKU of its own", f"{sku}, which belongs to {owner}", "Choose another SKU."
        )
        raise InvalidProduct([problem])


def _write_prices(variant: Variant, values: VariantValues) -> None:
    present = {price.currency: price for price in variant.prices}
    for currency, minor in values.prices.items():
        if currency in present:
            present[currency].minor = minor
        else:
            variant.prices.append(Price(currency=currency, minor=minor))
    variant.prices[:] = [price for price in variant.prices if price.currency in values.prices]


def _write_parts(variant: Variant, values: VariantValues) -> None:
    present, wanted = {part.part_sku: part for part in variant.parts}, dict(values.parts)
    for sku, quantity in wanted.items():
        if sku in present:
            present[sku].quantity = quantity
        else:
            variant.parts.append(BundlePart(part_sku=sku, quantity=quantity))
    variant.parts[:] = [part for part in variant.parts if part.part_sku in wanted]


def _refuse_wrong_parts(session: Session, values: ProductValues) -> None:
    with session.no_autoflush:
        known = bundles.known_parts(session, (sku for variant in values.variants for sku, _ in variant.parts))
        found = bundles.part_problems(values, known)
        own = [variant.sku or rules.variant_sku(values.sku, variant.option_value) for variant in values.variants]
        if bundles.is_part_of_a_bundle(session, own):
            fix = "Sell it alone, or take it out of the other bundle first."
            found.append(FieldProblem("bundle_parts", "a product that is in no bundle itself", values.sku, fix))
    if found:
        raise InvalidProduct(found)


def _write_price_range(product: Product, currency: str) -> None:
    prices = [
        price.minor
        for variant in product.variants
        if variant.active
        for price in variant.prices
        if price.currency == currency
    ]
    product.price_from_minor, product.price_to_minor = min(prices, default=0), max(prices, default=0)


def _write_facets(session: Session, product: Product) -> None:
    session.execute(delete(ProductFacet).where(ProductFacet.product_id == product.id))
    facets = [("area", area) for area in product.areas] + [("position", position) for position in product.positions]
    session.add_all(
        ProductFacet(kind=kind, value=value, product_id=product.id) for kind, value in dict.fromkeys(facets)
    )
