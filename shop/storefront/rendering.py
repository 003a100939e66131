"""Pages that everybody sees alike, rendered once for the same content."""

from collections.abc import Callable, Hashable
from typing import Any, cast

from flask import Response, current_app, make_response, render_template, request

from shop.catalogue.memory import Memory
from shop.web import cacheable

MEMORY = "tsubo_rendered"
KEPT_PAGES = 1024


def shared_page(template: str, content: Hashable, make_context: Callable[[], dict[str, Any]]) -> Response:
    """A cacheable page from `templates/shop/<template>`. `content` holds all that the context is made from.

    A visitor with a cookie of ours gets a page of their own (it says how much is in their cart). For all others the
    rendered text is kept by its content: another price or stock is other content, so that nothing grows stale.
    """
    has_cookie = any("tsubo_" in name for name in request.cookies)
    if has_cookie or current_app.jinja_env.auto_reload:
        return cacheable(make_response(render_template(f"shop/{template}", **make_context())))
    memory = cast(Memory, current_app.extensions.setdefault(MEMORY, Memory(KEPT_PAGES)))
    key = (template, request.script_root, content)
    text = memory.find(key)
    if text is None:
        text = render_template(f"shop/{template}", **make_context()).encode()
        memory.keep(key, text)
    return cacheable(make_response(text))
