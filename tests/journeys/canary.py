"""What a walk leaves behind, collected at every place it might leak to, and the search for answers in it."""

import json
import logging
import re
from collections.abc import Iterable, Mapping, MutableMapping
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData
from werkzeug.wsgi import get_input_stream

from recommender.questionnaire import QUESTIONS

Walk = Iterable[Mapping[str, str]]
Captured = dict[str, str]
OUTSIDE_THE_QUESTIONNAIRE = re.compile(r"^/(checkout|order|demo)\b")


def canaries(walk: Walk) -> tuple[re.Pattern[str], ...]:
    """Everything of these answers that no other text of the shop may hold.

    Question names and codes in capitals or with an underscore, wordings of several words, amounts. Plain words such as
    "months" stand in honest sentences; of those, only a question's name together with its answer counts.
    """
    texts: set[str] = set()
    pairs: set[str] = set()
    given = [(field, value) for answers in walk for field, value in answers.items() if value != "NONE"]
    for field, value in given:
        wordings = [choice.wording for choice in QUESTIONS[field].choices if choice.code == value]
        texts.update(text for text in (field, value, *wordings) if re.search(r"[A-Z_.]{2}|\w[_. ]\w", text))
        pairs.add(rf"\b{field}\W{{1,8}}{value}\b")
    exact = [rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])" for text in sorted(texts)]
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (*exact, *sorted(pairs)))


def leaks(captured: Captured, patterns: Iterable[re.Pattern[str]]) -> list[str]:
    """Each place that holds an answer, with the words around it."""
    found = []
    for place, text in captured.items():
        for pattern in patterns:
            if hit := pattern.search(text):
                around = text[max(0, hit.start() - 60) : hit.end() + 60]
                found.append(f"{place}: {pattern.pattern!r} in {around!r}")
    return found


class Recorder:
    """Stands before the shop and notes what passes: addresses, headers, webhook bodies, pages after the cart."""

    def __init__(self, wsgi_app: Any) -> None:
        self.wsgi_app = wsgi_app
        self.requests: list[str] = []
        self.answers: list[str] = []
        self.webhooks: list[str] = []
        self.pages: list[str] = []

    def __call__(self, environ: MutableMapping[str, Any], start: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        sent = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
        self.requests.append(f"{environ['REQUEST_METHOD']} {path}?{environ.get('QUERY_STRING', '')} {sent}")
        if path.startswith("/webhooks"):
            body = get_input_stream(dict(environ)).read()
            environ["wsgi.input"] = BytesIO(body)
            self.webhooks.append(body.decode())

        def note(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            self.answers.append(f"{status} {headers}")
            return start(status, headers, *rest)

        answer = self.wsgi_app(environ, note)
        body = b"".join(answer)
        answer.close()
        if OUTSIDE_THE_QUESTIONNAIRE.match(path):
            self.pages.append(body.decode())
        return [body]


class Lines(logging.Handler):
    """Every line that anything logs by the standard library, formatted."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def rows(engine: Engine) -> set[str]:
    """Every row of every table of the database, as text."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            f"{table.name}: {dict(row)!r}"
            for table in metadata.sorted_tables
            for row in connection.execute(table.select()).mappings()
        }


def captured_text(recorder: Recorder, **places: Any) -> Captured:
    """All places as text."""
    noted: dict[str, Any] = {
        "requests": recorder.requests,
        "answers' heads": recorder.answers,
        "webhooks": recorder.webhooks,
        "pages after the cart": recorder.pages,
    }
    return {name: _text(what) for name, what in (noted | places).items()}


def _text(what: Any) -> str:
    if isinstance(what, str):
        return what
    if isinstance(what, Path):
        return what.read_bytes().decode("latin-1") if what.exists() else ""
    if isinstance(what, Mapping):
        return json.dumps(what, default=str, ensure_ascii=False)
    return "\n".join(map(str, what))
