"""A browser without scripts: it loads a page, reads it and presses its buttons."""

import http.client
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import Client

from demo.stripe_server import StripeServer, create_app


@dataclass
class Page:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    def words(self) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self.text).split())


class Browser:
    """Over a socket when an address is given, else straight into the app."""

    def __init__(self, server: StripeServer, address: str = "") -> None:
        self._client = Client(create_app(server))
        self._address = address

    def load(self, url: str, **options: Any) -> Page:
        return self.send("GET", url, **options)

    def send(self, method: str, url: str, *, body: Any = None, headers: dict[str, str] | None = None) -> Page:
        headers = dict(headers or {})
        content = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        path = urlsplit(url).path
        way = self._far if self._address else self._near
        return way(method, path, content, headers)

    def press(self, page: Page, button: str) -> Page:
        """Send the form whose button says this. Fails when the page has no such button."""
        forms = re.findall(r'<form method="post" action="([^"]+)">\s*<button[^>]*>([^<]+)', page.text)
        action = next(address for address, label in forms if label.strip() == button)
        return self.send("POST", action, headers={"Content-Type": "application/x-www-form-urlencoded"})

    def _near(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Page:
        headers.setdefault("Host", "127.0.0.1")
        with self._client.open(path, method=method, data=content, headers=headers) as answer:
            return Page(answer.status_code, answer.get_data(as_text=True), dict(answer.headers))

    def _far(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Page:
        connection = http.client.HTTPConnection(urlsplit(self._address).netloc, timeout=5)
        try:
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            return Page(answer.status, answer.read().decode(), dict(answer.headers))
        finally:
            connection.close()
