"""CPU time of a request without any socket: the app is called as a function, ours and the bare one in turns."""

import io
import time
from collections.abc import Callable, Iterable
from typing import Any

from bench.targets import Target

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def cpu_microseconds(apps: dict[str, WSGI], target: Target, *, rounds: int = 20, calls: int = 60) -> dict[str, float]:
    """The least CPU time a request took on average over some rounds, by app.

    Raises RuntimeError for an answer with another status than the target's.
    """
    for app in apps.values():
        for number in range(len(target.paths) if target.method == "GET" else 20):
            call(app, target, number)
    best: dict[str, float] = {}
    for turn in range(rounds):
        for name, app in apps.items():
            start = time.process_time()
            for number in range(calls):
                call(app, target, turn * calls + number)
            spent = (time.process_time() - start) / calls * 1e6
            best[name] = min(best.get(name, spent), spent)
    return best


def call(app: WSGI, target: Target, number: int) -> None:
    """Ask for one of the target's pages. Raises RuntimeError when it answers with another status."""
    path, _, query = target.paths[number * 7 % len(target.paths)].partition("?")
    body = target.bodies[number * 7 % len(target.bodies)].encode() if target.bodies else b""
    environ = {
        "REQUEST_METHOD": target.method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    answered: list[str] = []
    parts = app(environ, lambda status, _headers, _error=None: answered.append(status))
    for _part in parts:
        pass
    close = getattr(parts, "close", None)
    if close is not None:
        close()
    if not answered[0].startswith(str(target.status)):
        raise RuntimeError(f"{target.method} {path}?{query} answered {answered[0]}, not {target.status}")
