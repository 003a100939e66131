"""A browser without JavaScript, of nothing but Python: addresses, cookies and the forms of a page."""

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar


@dataclass
class Form:
    """One form of a page: where it goes, and what it sends when nobody touches it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self._select: str | None = None
        self._first_option = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif self.forms and "name" in values and tag in ("input", "button", "textarea"):
            self._take_control(tag, values)
        elif self.forms and tag == "select" and "name" in values:
            self._select, self._first_option = values["name"], True
        elif self.forms and tag == "option" and self._select:
            self._take_option(values)

    def _take_option(self, values: dict[str, str]) -> None:
        """The first option is what a select sends, unless another one is marked."""
        fields, name = self.forms[-1].fields, self._select or ""
        if self._first_option:
            fields.append((name, values.get("value", "")))
        elif "selected" in values:
            fields[-1] = (name, values.get("value", ""))
        self._first_option = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None

    def _take_control(self, tag: str, values: dict[str, str]) -> None:
        kind = values.get("type", "text")
        pair = (values["name"], values.get("value", ""))
        if tag == "button" or kind == "submit":
            self.forms[-1].buttons.append(pair)
        elif kind not in ("radio", "checkbox") or "checked" in values:
            self.forms[-1].fields.append(pair)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


class Browser:
    """Follows redirects and keeps cookies. `status`, `address`, `html` and `text` are of the last page."""

    def __init__(self, **headers: str) -> None:
        self._headers = headers
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        self.address = ""
        self.trail: list[str] = []

    def _open(self, address: str, body: bytes | None = None) -> None:
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(address))
        request = urllib.request.Request(address, data=body, headers={"Origin": origin, **self._headers})
        try:
            answer = self._opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.html = answer.read().decode("utf-8", "replace")
            self.status, self.address = answer.status, answer.url
        self.trail.append(self.address)
        page = _Page()
        page.feed(self.html)
        self.forms, self.links = page.forms, page.links
        self.text = " ".join(" ".join(page.text).split())

    def get(self, address: str) -> None:
        """Open an address, relative to the last one."""
        self._open(urllib.parse.urljoin(self.address, address))

    def submit(self, action: str, **given: str | list[str]) -> None:
        """Send the first form whose address contains `action`, with these fields over its own."""
        form = next((f for f in self.forms if action in urllib.parse.urljoin(self.address, f.action)), None)
        if form is None:
            raise LookupError(f"no form towards {action} on {self.address}: {[f.action for f in self.forms]}")
        sent = [pair for pair in form.fields if pair[0] not in given]
        for name, value in given.items():
            sent += [(name, one) for one in (value if isinstance(value, list) else [value])]
        target = urllib.parse.urljoin(self.address, form.action or self.address)
        query = urllib.parse.urlencode(sent)
        if form.method == "get":
            self._open(f"{target.split('?')[0]}?{query}")
        else:
            self._open(target, query.encode())
