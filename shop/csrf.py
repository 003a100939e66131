"""Forms protected against forgery: a token bound to a cookie of ours, or the word of the browser."""

from typing import Any

from flask import request
from wtforms import Form
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.validators import ValidationError

from shop.errors import Forbidden
from shop.web import config, runtime

PURPOSE = "form"


class BoundCSRF(CSRF):
    """The token is a keyed digest of `csrf_context`, the secret value in one of the visitor's cookies."""

    def setup_form(self, form: Any) -> Any:
        self.binding: str = form.meta.csrf_context
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        return runtime().keyring.mac(PURPOSE, self.binding)

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        if not field.data or not runtime().keyring.is_mac(PURPOSE, self.binding, field.data):
            raise ValidationError("This form was open for too long. Please send it again.")


class ShopForm(Form):
    """A form on a page that everybody may share: without a token. Its view calls `require_same_origin()`."""


class ProtectedForm(ShopForm):
    """A form that carries a token: `ProtectedForm(data, meta={"csrf_context": cookie_secret})`."""

    class Meta:
        csrf = True
        csrf_class = BoundCSRF
        csrf_field_name = "csrf_token"


def require_same_origin() -> None:
    """Refuse a POST that another site's page sent. Raises Forbidden.

    Browsers that send Sec-Fetch-Site are believed; for others the Origin must be the configured address.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forbidden("This form came from another site.")
        return
    if request.headers.get("Origin") != config().origin:
        raise Forbidden("This form came from another site.")
