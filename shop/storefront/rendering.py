"""Pages that everybody sees alike, rendered once for the same content."""

from collections.abc import Callable, Hashable
from typing import Any, cast

from flask import Response, current_app, get_template_attribute, make_response, render_template, request
from markupsafe import Markup

from shop.catalogue.cards import CardView
from shop.catalogue.memory import Memory
from shop.storefront.context import ShopContext
from shop.web import cacheable

PAGES, FRAGMENTS = "tsubo_pages", "tsubo_fragments"
KEPT_PAGES, KEPT_FRAGMENTS = 1024, 4096


def shared_page(template: str, content: Hashable, make_context: Callable[[], dict[str, Any]]) -> Response:
    """A cacheable page from `templates/shop/<template>`. `content` holds all that the context is made from.

    A visitor with a cookie of ours gets a page of their own (it says how much is in their cart). For all others the
    rendered text is kept by its content: another price or stock is other content, so that nothing grows stale.
    """

    def make() -> str:
        return render_template(f"shop/{template}", **make_context())

    if _has_our_cookie():
        return cacheable(make_response(make()))
    return cacheable(make_response(_kept(PAGES, KEPT_PAGES, (template, request.script_root, content), make)))


def card_html(card: CardView, *, eager: bool = False, choose: str | None = None) -> Markup:
    """A card as the macro `product_card` draws it, once for the same card: a list has 24, and most are as before."""

    def make() -> str:
        return cast(str, get_template_attribute("shop/_macros.html", "product_card")(card, eager=eager, choose=choose))

    return _escaped(_kept(FRAGMENTS, KEPT_FRAGMENTS, (card, eager, choose), make))


def fragment_html(template: str, content: Hashable, **context: Any) -> Markup:
    """A part of a page from `templates/shop/<template>`, once for the same `content` (which its context follows)."""

    def make() -> str:
        return render_template(f"shop/{template}", **context)

    key = (template, request.script_root, content)
    return _escaped(_kept(FRAGMENTS, KEPT_FRAGMENTS, key, make))


def frame_html(shop: ShopContext, template: str, **context: Any) -> Markup:
    """The head or foot of a page, from `templates/shop/<template>`: alike for all who have no cookie of ours."""

    def make() -> str:
        return render_template(f"shop/{template}", shop=shop, **context)

    if _has_our_cookie():
        return _escaped(make())
    key = (template, request.script_root, *context.values())
    return _escaped(_kept(FRAGMENTS, KEPT_FRAGMENTS, key, make))


def _escaped(html: str) -> Markup:
    """What a template made: every template here escapes what it is given."""
    return Markup(html)  # noqa: S704  # the only such line: nothing but templates' output comes here


def _has_our_cookie() -> bool:
    return any("tsubo_" in name for name in request.cookies)


def _kept(name: str, size: int, key: Hashable, make: Callable[[], str]) -> str:
    if current_app.jinja_env.auto_reload:
        return make()  # somebody is at work on the templates
    memory = cast(Memory, current_app.extensions.setdefault(name, Memory(size)))
    text: str | None = memory.find(key)
    if text is None:
        text = make()
        memory.keep(key, text)
    return text
