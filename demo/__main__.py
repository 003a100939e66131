"""`python -m demo`: the whole demo shop. Three processes (web, worker, payment stand-in), ended together on Ctrl-C."""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

from click.testing import Result

from demo.settings import MERCHANT_EMAIL, ROOT, Settings, make_settings

START_SECONDS = 60
STOP_SECONDS = 10


class CannotStart(Exception):
    """The demo cannot run here; the message says why and what to do."""


def is_free(port: int) -> bool:
    """Whether nothing listens on 127.0.0.1:port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def prepare(settings: Settings) -> None:
    """Migrate the database, load the demo catalogue and the demo merchant when they are not there."""
    from shop import create_app  # late: reads the environment that main() has just set

    runner = create_app().test_cli_runner()
    for arguments in (
        ["shop", "upgrade"],
        ["shop", "load-demo", "--keep"],
        ["shop", "add-merchant", MERCHANT_EMAIL, "--password-from", "TSUBO_DEMO_PASSWORD", "--keep"],
    ):
        done = runner.invoke(args=arguments, env={"TSUBO_DEMO_PASSWORD": settings.merchant_password})
        if done.exit_code:
            raise CannotStart(_why(arguments[1], done)) from done.exception


def _why(step: str, done: Result) -> str:
    """What a step printed, or the first line of what it raised, and the way out if older data is in the way."""
    said = done.output.strip() or str(done.exception).partition("\n")[0]
    return f"'flask shop {step}' failed: {said}\nIf var/ holds the data of another version: make demo-reset"


def start_all(settings: Settings) -> list[subprocess.Popen[bytes]]:
    """Start the payment stand-in, the web process and the worker, each in a process group of its own."""
    python = sys.executable
    stand_in = [python, "-m", "demo.stripe_server", "--port", str(settings.provider_port)]
    stand_in += [
        "--webhook-url",
        f"{settings.base_url}/webhooks/stripe",
        "--state",
        str(settings.var / "stripe.sqlite3"),
    ]
    web = [python, "-m", "waitress", f"--listen=127.0.0.1:{settings.port}", "--threads=8", "wsgi:app"]
    worker = [python, "-m", "flask", "--app", "wsgi", "shop", "worker"]
    secret = {"STRIPE_WEBHOOK_SECRET": settings.webhook_secret}
    return [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **secret}, start_new_session=True)
        for command in (stand_in, web, worker)
    ]


def wait_until_ready(settings: Settings, processes: list[subprocess.Popen[bytes]]) -> None:
    """Return when the shop answers. Raises CannotStart when a process ends or the time is up."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if any(process.poll() is not None for process in processes):
            raise CannotStart("one of the demo's processes ended while starting; its words are above")
        try:
            with urllib.request.urlopen(f"{settings.base_url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CannotStart(f"the shop did not answer within {START_SECONDS} seconds")


def stop_all(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask each process to end, and end those that do not."""
    for process in reversed(processes):
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def say_where(settings: Settings, started: float) -> None:
    """Print the addresses and the demo merchant's sign-in."""
    print(
        f"""
Tsubo is running (ready after {time.monotonic() - started:.1f} s). No money moves in this demo.

  shop             {settings.base_url}/
  questionnaire    {settings.base_url}/find
  sent mails       {settings.base_url}/demo/mails
  merchant         {settings.base_url}/merchant
                   {MERCHANT_EMAIL}   password: {settings.merchant_password}
  payment stand-in http://127.0.0.1:{settings.provider_port}/

Ctrl-C ends it. The data stays in var/; 'make demo-reset' starts over.
""",
        flush=True,
    )


def stay(processes: list[subprocess.Popen[bytes]]) -> None:
    """Wait until somebody ends the demo, or one of its processes ends by itself (then raise CannotStart)."""
    while True:
        for process in processes:
            code = process.poll()
            if code is not None:
                raise CannotStart(f"a process of the demo ended by itself (exit code {code}); its words are above")
        time.sleep(0.3)


def serve(settings: Settings) -> None:
    """Prepare, start, say where, and stay until the end."""
    started = time.monotonic()
    if not is_free(settings.port):
        raise CannotStart(f"port {settings.port} is taken. Choose another: make demo PORT={settings.port + 10}")
    os.environ.update(settings.environment())
    prepare(settings)
    processes = start_all(settings)
    try:
        wait_until_ready(settings, processes)
        say_where(settings, started)
        stay(processes)
    finally:
        stop_all(processes)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Entry: `python -m demo [--reset]`; PORT chooses the port."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="Run the demo shop.")
    parser.add_argument("--reset", action="store_true", help="forget the demo's data and end")
    options = parser.parse_args()
    for wanted in (signal.SIGTERM, signal.SIGINT):  # SIGINT, too: whoever is started in the background ignores it
        signal.signal(wanted, _interrupt)
    try:
        port = int(os.environ.get("PORT", "8000"))
        settings = make_settings(port, provider_port=next(p for p in range(port + 1, port + 50) if is_free(p)))
        if options.reset:
            shutil.rmtree(settings.var, ignore_errors=True)
            print("The demo's data is gone; 'make demo' starts over.")
            return 0
        serve(settings)
    except KeyboardInterrupt:
        print("\nThe demo has ended.")
    except (CannotStart, ValueError, OSError) as trouble:
        print(f"The demo cannot run: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
