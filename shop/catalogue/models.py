"""Products with typed acupressure attributes, their variants, prices per currency, and pictures."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.catalogue.states import ProductStatus
from shop.db import Base, CodeList, Minor, UtcDateTime, state_column


class Product(Base):
    """One product. Sizes are millimetres, weight grams, money minor units of the shop's currency.
    `price_from_minor` and `price_to_minor` are the lowest and the highest price of its variants, kept in step.

    `contraindications`, `cautions` and `allergens` are None until somebody has filled them in, and such a
    product cannot be published. `cost`, `compare_at` and `rating_*` are kept for the merchant and shown nowhere.
    `tax_class` is one of the zones file's, "" for goods that are taxed like everything else.
    """

    __tablename__ = "shop_product"
    __table_args__ = (
        Index("ix_shop_product_list", "status", "position", "id"),  # one index for each order of the list page
        Index("ix_shop_product_by_price", "status", "price_from_minor", "id"),
        Index("ix_shop_product_by_age", "status", "created_at", "id"),
        Index("ix_shop_product_by_title", "status", "title", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(160))
    type: Mapped[str] = mapped_column(String(40), index=True)
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[ProductStatus] = mapped_column(state_column(ProductStatus), default=ProductStatus.DRAFT)
    position: Mapped[int] = mapped_column(default=0)
    option_name: Mapped[str] = mapped_column(String(40), default="Colour")
    price_from_minor: Mapped[Minor] = mapped_column(default=0)
    price_to_minor: Mapped[Minor] = mapped_column(default=0)
    tax_class: Mapped[str] = mapped_column(String(20), default="", server_default="")
    compare_at_minor: Mapped[Minor | None]
    cost_minor: Mapped[Minor | None]
    weight_grams: Mapped[int | None]
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    areas: Mapped[tuple[str, ...]] = mapped_column(CodeList, default=())
    pain_kinds: Mapped[tuple[str, ...]] = mapped_column(CodeList, default=())
    positions: Mapped[tuple[str, ...]] = mapped_column(CodeList, default=())
    pressure_min: Mapped[int | None]
    pressure_max: Mapped[int | None]
    coverage: Mapped[str | None] = mapped_column(String(20))
    portability: Mapped[int | None]
    dexterity: Mapped[int | None]
    contraindications: Mapped[tuple[str, ...] | None] = mapped_column(CodeList)
    cautions: Mapped[tuple[str, ...] | None] = mapped_column(CodeList)
    allergens: Mapped[tuple[str, ...] | None] = mapped_column(CodeList)
    materials: Mapped[tuple[str, ...]] = mapped_column(CodeList, default=())
    session_minutes: Mapped[int | None]
    level: Mapped[str | None] = mapped_column(String(20))
    heat: Mapped[bool] = mapped_column(Boolean, default=False)
    powered: Mapped[bool | None] = mapped_column(Boolean)
    registration_number: Mapped[str | None] = mapped_column(String(80))
    set_includes: Mapped[str] = mapped_column(String(200), default="")
    goes_with: Mapped[tuple[str, ...]] = mapped_column(CodeList, default=(), server_default="")
    care: Mapped[str] = mapped_column(Text, default="")
    maker: Mapped[str] = mapped_column(String(200), default="")
    eu_contact: Mapped[str] = mapped_column(String(200), default="")
    warnings: Mapped[str] = mapped_column(Text, default="")
    rating_avg: Mapped[str | None] = mapped_column(String(8))
    rating_count: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    variants: Mapped[list["Variant"]] = relationship(
        back_populates="product", order_by="Variant.position", cascade="all, delete-orphan"
    )
    pictures: Mapped[list["Picture"]] = relationship(
        back_populates="product", order_by="Picture.position", cascade="all, delete-orphan"
    )


class ProductFacet(Base):
    """What the list filters by, one row a value: kind is `area` or `position`. Written with the product."""

    __tablename__ = "shop_product_facet"

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    value: Mapped[str] = mapped_column(String(40), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_product.id", ondelete="CASCADE"), primary_key=True)


class Variant(Base):
    """What is put into a cart: own SKU, prices, stock, picture. `option_value` is "" for a lone variant."""

    __tablename__ = "shop_variant"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_product.id", ondelete="CASCADE"), index=True)
    sku: Mapped[str] = mapped_column(String(60), unique=True)
    option_value: Mapped[str] = mapped_column(String(60), default="")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    product: Mapped[Product] = relationship(back_populates="variants")
    prices: Mapped[list["Price"]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    parts: Mapped[list["BundlePart"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="BundlePart.part_sku"
    )


class BundlePart(Base):
    """A variant is a bundle when it has parts: it is made of `quantity` units of each, and has no stock of its own.

    `part_sku` names another variant. It is no foreign key: where nothing answers to it, the bundle is not sold.
    """

    __tablename__ = "shop_bundle_part"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variant.id", ondelete="CASCADE"), primary_key=True)
    part_sku: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)
    quantity: Mapped[int] = mapped_column(default=1)


class Price(Base):
    """An explicit price of a variant in one currency, in minor units. There is no conversion by rates."""

    __tablename__ = "shop_price"

    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variant.id", ondelete="CASCADE"), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    minor: Mapped[Minor]


class PriceChange(Base):
    """From `since` on a variant was offered for `minor` in `currency`; None: it was not on sale in it any more.

    Written whenever what is offered changes, and never changed: R41 asks for the lowest price of 30 days.
    """

    __tablename__ = "shop_price_history"
    __table_args__ = (Index("ix_shop_price_history_of", "variant_id", "currency", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variant.id", ondelete="CASCADE"))
    currency: Mapped[str] = mapped_column(String(3))
    minor: Mapped[Minor | None]
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class Picture(Base):
    """A merchant's upload, re-encoded under a name of ours in the media folder. Replaces the drawing."""

    __tablename__ = "shop_picture"
    __table_args__ = (UniqueConstraint("file_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_product.id", ondelete="CASCADE"), index=True)
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("shop_variant.id", ondelete="SET NULL"))
    file_name: Mapped[str] = mapped_column(String(80))
    alt: Mapped[str] = mapped_column(String(200))
    width: Mapped[int]
    height: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)

    product: Mapped[Product] = relationship(back_populates="pictures")


class CatalogueVersion(Base):
    """One row: a number that every change of products, prices or pictures raises, so that workers rebuild."""

    __tablename__ = "shop_catalogue_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
