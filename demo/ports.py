"""Which ports the demo listens on: the one that was asked for, and a free one above it for the payment stand-in."""

import re
import socket
from collections.abc import Mapping

from demo.settings import CannotStart

USUAL = 8000
LOWEST, HIGHEST = 1, 65_534
"""The highest port of all, 65535, is left for the payment stand-in, which listens above the shop."""
SEARCHED = 50


def wanted_port(environment: Mapping[str, str]) -> int:
    """The shop's port: what PORT says, or the usual one. Raises CannotStart when PORT is none."""
    text = environment.get("PORT", str(USUAL)).strip()
    if re.fullmatch(r"[0-9]{1,5}", text) and LOWEST <= int(text) <= HIGHEST:
        return int(text)
    said = f"'{text[:40]}'" if text else "empty"
    raise CannotStart(
        f"PORT is {said}, and must be a whole number from {LOWEST} to {HIGHEST}, such as: make demo PORT={USUAL + 100}"
    )


def is_free(port: int) -> bool:
    """Whether this process may listen on 127.0.0.1:port, and nothing does."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def next_free(port: int) -> int:
    """The first free port above this one. Raises CannotStart when there is none nearby."""
    last = min(port + SEARCHED, HIGHEST + 1)
    for candidate in range(port + 1, last + 1):
        if is_free(candidate):
            return candidate
    raise CannotStart(
        f"the payment stand-in needs a port above the shop's, and none from {port + 1} to {last} is free. "
        f"Choose another: make demo PORT=..."
    )


def refuse_taken(port: int) -> None:
    """Raise CannotStart when the shop cannot listen on this port."""
    if is_free(port):
        return
    why = "is taken" if port >= 1024 else "is taken, or needs an administrator's rights as each below 1024 does"
    raise CannotStart(f"port {port} {why}. Choose another: make demo PORT={next_free(max(port, USUAL))}")
