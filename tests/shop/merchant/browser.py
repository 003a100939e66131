"""A browser that reads forms off a page and sends them, as a person would."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

EMAIL, PASSWORD = "anna@shop.example", "blue kettle seven moss"
_INPUT = re.compile(r"<input\b[^>]*>")
_TEXT = re.compile(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
_SELECT = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_CHOSEN = re.compile(r'<option selected value="([^"]*)"|<option value="([^"]*)" selected')
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')

Fields = dict[str, Any]


@dataclass
class Browser:
    """One visitor."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Look at a page."""
        return self.client.get(path)

    def token(self, path: str = "/merchant/sign-in") -> str:
        """The token that the forms of a page carry."""
        found = re.search(r'name="csrf_token"[^>]*value="(\w+)"', self.get(path).text)
        assert found is not None, f"no token on {path}"
        return found.group(1)

    def post(
        self, path: str, data: Fields | None = None, *, token_of: str = "/merchant", **options: Any
    ) -> TestResponse:
        """Send a form with the token of this session."""
        return self.client.post(path, data={"csrf_token": self.token(token_of), **(data or {})}, **options)

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Type address and password."""
        return self.post(
            "/merchant/sign-in", {"email": email, "password": password, **fields}, token_of="/merchant/sign-in"
        )

    def form(self, path: str, marker: str = 'class="ts-form ts-form--wide"') -> Fields:
        """What the form with this mark would send if nothing was changed."""
        page = self.get(path).text
        start = page.index(marker)
        return fields_of(page[start : page.index("</form>", start)])


def fields_of(html: str) -> Fields:
    """The values of a form's controls; a name that appears twice becomes a list."""
    fields: Fields = {}
    for tag in _INPUT.findall(html):
        attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag[6:-1])}
        kind, name = attributes.get("type", "text"), attributes.get("name")
        if name is None or (kind in ("checkbox", "radio") and "checked" not in attributes) or kind == "file":
            continue
        _add(fields, name, attributes.get("value", ""))
    for name, text in _TEXT.findall(html):
        _add(fields, name, unescape(text).removeprefix("\r\n").removeprefix("\n"))
    for name, options in _SELECT.findall(html):
        chosen = _CHOSEN.search(options)
        _add(fields, name, unescape((chosen.group(1) or chosen.group(2) or "") if chosen else ""))
    return fields


def _add(fields: Fields, name: str, value: str) -> None:
    if name in fields:
        known = fields[name]
        fields[name] = [*(known if isinstance(known, list) else [known]), value]
    else:
        fields[name] = value
