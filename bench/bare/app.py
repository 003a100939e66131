"""List, product, search and add to cart as short as the three libraries allow: no headers, no filters, no stock."""

import os
import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, render_template, request
from sqlalchemy import ForeignKey, create_engine, event, func, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker


class Base(DeclarativeBase):
    """Maps a few columns of the shop's own tables."""


class Product(Base):
    """A row of the shop's products."""

    __tablename__ = "shop_product"
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    slug: Mapped[str]
    title: Mapped[str]
    type: Mapped[str]
    description: Mapped[str]
    status: Mapped[str]
    position: Mapped[int]
    price_from_minor: Mapped[int]
    weight_grams: Mapped[int | None]
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    care: Mapped[str]
    warnings: Mapped[str]
    variants: Mapped[list["Variant"]] = relationship(order_by="Variant.position")


class Variant(Base):
    """A row of the shop's variants."""

    __tablename__ = "shop_variant"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_product.id"))
    sku: Mapped[str]
    option_value: Mapped[str]
    position: Mapped[int]


class Cart(Base):
    """A cart of the bare page."""

    __tablename__ = "bare_cart"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class CartLine(Base):
    """A line of it."""

    __tablename__ = "bare_cart_line"
    cart_id: Mapped[int] = mapped_column(ForeignKey("bare_cart.id"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variant.id"), primary_key=True)
    quantity: Mapped[int]


PAGE = 24
pages = Blueprint("pages", __name__)


def create_bare_app(path: str) -> Flask:
    """The bare pages over the SQLite file at `path`, with the same durability as the shop."""
    app = Flask(__name__)
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _set_pragmas)
    Base.metadata.create_all(engine)
    app.extensions["sessions"] = sessionmaker(engine)
    app.register_blueprint(pages)
    app.teardown_appcontext(_close)
    return app


def _set_pragmas(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def db() -> Session:
    """The request's session."""
    if "session" not in g:
        g.session = current_app.extensions["sessions"]()
    return g.session


def _close(_error: BaseException | None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()


@pages.get("/products")
def product_list() -> str:
    """Count and 24 products, all of them or those whose text contains what was typed."""
    typed = request.args.get("q")
    conditions = [Product.status == "published"]
    if typed is not None:
        pattern = f"%{typed}%"
        conditions.append(or_(Product.title.ilike(pattern), Product.description.ilike(pattern)))
    page = request.args.get("page", 1, int)
    count = db().scalar(select(func.count()).select_from(Product).where(*conditions))
    wanted = select(Product).where(*conditions).order_by(Product.position, Product.id)
    products = db().scalars(wanted.limit(PAGE).offset(PAGE * (page - 1))).all()
    return render_template("list.html", products=products, count=count, page=page)


@pages.get("/products/<slug>")
def product(slug: str) -> str:
    """One product with its variants."""
    found = db().scalar(select(Product).where(Product.slug == slug, Product.status == "published"))
    return render_template("product.html", product=found) if found else abort(404)


@pages.post("/cart/add")
def add() -> Response:
    """A new visitor's cart with one line."""
    variant = db().scalar(select(Variant).where(Variant.sku == request.form["sku"]))
    if variant is None:
        abort(404)
    cart = Cart(token=secrets.token_urlsafe(24), created_at=datetime.now(UTC).replace(tzinfo=None))
    db().add(cart)
    db().flush()
    db().add(CartLine(cart_id=cart.id, variant_id=variant.id, quantity=int(request.form["quantity"])))
    db().commit()
    answer = redirect("/cart", 303)
    answer.set_cookie("cart", cart.token, httponly=True, samesite="Lax")
    return answer


def app() -> Flask:
    """For gunicorn: the database is named by BENCH_DATABASE."""
    return create_bare_app(os.environ["BENCH_DATABASE"])
