"""`python -m demo.stripe_server`: see the package's docstring."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from demo.stripe_server import StripeServer, serving, webhook_to


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if os.environ.get("SHOP_MODE") == "live":
        print("The payment stand-in moves no money and does not start with SHOP_MODE=live.", file=sys.stderr)
        return 2
    try:
        post = webhook_to(options.webhook_url) if options.webhook_url else None
        delays = [float(part) for part in options.retry_delays.split(",") if part]
    except ValueError as problem:
        print(f"The payment stand-in cannot start: {problem}", file=sys.stderr)
        return 2
    server = StripeServer(webhook_secret=options.webhook_secret, post=post, state=options.state, retry_delays=delays)
    return _serve(server, options.port)


def _serve(server: StripeServer, port: int) -> int:
    asked_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: asked_to_end.set())
    try:
        with serving(server, port=port) as address:
            print(f"stripe stand-in on {address}", flush=True)
            while not asked_to_end.wait(1):
                pass
    except (OSError, SystemExit):  # the port is taken: werkzeug explains itself on stderr and exits
        print(f"The payment stand-in cannot listen on port {port}. Choose another with --port.", file=sys.stderr)
        return 2
    finally:
        server.store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    about = "A stand-in for Stripe on this machine: no money moves."
    parser = argparse.ArgumentParser(prog="python -m demo.stripe_server", description=about)
    parser.add_argument("--port", type=int, default=12111, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--webhook-url", default="", help="http:// on this machine; none: events are only collected")
    parser.add_argument("--webhook-secret", default=os.environ.get("STRIPE_WEBHOOK_SECRET", "whsec_demo"))
    parser.add_argument("--state", type=Path, help="SQLite file that keeps everything between starts")
    parser.add_argument("--retry-delays", default="0.5,2,5,15", help="seconds between the tries of a webhook")
    return parser


if __name__ == "__main__":
    sys.exit(main())
