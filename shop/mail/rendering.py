"""Mails from `templates/shop/emails/`: each as text and as HTML, by plain Jinja2, without a request."""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from shop import paths
from shop.mail.letterhead import Letterhead
from shop.money import Money, format_money


@dataclass(frozen=True, slots=True)
class Rendered:
    """Both parts of a mail."""

    text: str
    html: str


def render(template: str, letterhead: Letterhead, **values: object) -> Rendered:
    """Both parts of `emails/<template>.txt` and `.html`. A value that a template misses raises UndefinedError."""
    context = {"letterhead": letterhead, **values}
    text = _environment().get_template(f"{template}.txt").render(context)
    html = _environment().get_template(f"{template}.html").render(context)
    return Rendered(text.strip() + "\n", html.strip() + "\n")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.templates() / "shop" / "emails"),
        autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shop_money"] = _money
    return environment


@pass_context
def _money(context: Context, amount: Money) -> str:
    letterhead: Letterhead = context["letterhead"]
    return format_money(amount, letterhead.locale)
