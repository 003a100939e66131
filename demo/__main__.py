"""`python -m demo`: the whole demo shop. Three processes (web, worker, payment stand-in), ended together on Ctrl-C."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

from click.testing import Result

from demo.lock import Lock, held
from demo.ports import next_free, refuse_taken, wanted_port
from demo.settings import MERCHANT_EMAIL, ROOT, CannotStart, Settings, data_folder, make_settings

START_SECONDS = 60
STOP_SECONDS = 10


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


def commands(settings: Settings) -> list[list[str]]:
    """What starts the payment stand-in, the web process and the worker."""
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
    return [stand_in, web, worker]


def start_all(settings: Settings, wanted: list[list[str]], lock: Lock) -> list[subprocess.Popen[bytes]]:
    """Start the commands, each in a process group of its own; each holds the lock of the data, too."""
    env = {**os.environ, "STRIPE_WEBHOOK_SECRET": settings.webhook_secret}
    started = [
        subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, pass_fds=lock.inherited)
        for command in wanted
    ]
    numbers = ", ".join(str(number) for number in (os.getpid(), *(process.pid for process in started)))
    lock.note(f"a demo runs on {settings.base_url} (processes {numbers})")
    return started


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


def serve() -> None:
    """Prepare, start, say where, and stay until the end."""
    started = time.monotonic()
    port, var = wanted_port(os.environ), data_folder()
    with held(var, f"a demo starts on port {port} (process {os.getpid()})") as lock:
        refuse_taken(port)
        settings = make_settings(var, port, provider_port=next_free(port))
        os.environ.update(settings.environment())
        prepare(settings)
        processes = start_all(settings, commands(settings), lock)
        try:
            wait_until_ready(settings, processes)
            say_where(settings, started)
            stay(processes)
        finally:
            stop_all(processes)


def forget() -> None:
    """Delete the demo's data. Raises CannotStart when a demo runs on it, or when it cannot be deleted."""
    var = data_folder()
    with held(var, f"it is being deleted (process {os.getpid()})"):
        try:
            if var.exists():
                shutil.rmtree(var)
        except OSError as error:
            raise CannotStart(f"not everything in {var} could be deleted: {error}") from error
    print("The demo's data is gone; 'make demo' starts over.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def listen_for_the_end() -> None:
    """Let Ctrl-C, a kill and a closed terminal end the demo with all its processes."""
    for wanted in (signal.SIGTERM, signal.SIGINT):  # SIGINT, too: whoever is started in the background ignores it
        signal.signal(wanted, _interrupt)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # nohup ignores it, and may
        signal.signal(signal.SIGHUP, _interrupt)


def main() -> int:
    """Entry: `python -m demo [--reset]`; PORT chooses the port."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="Run the demo shop.")
    parser.add_argument("--reset", action="store_true", help="forget the demo's data and end")
    options = parser.parse_args()
    listen_for_the_end()
    try:
        forget() if options.reset else serve()
    except KeyboardInterrupt:
        print("\nThe demo has ended.")
    except (CannotStart, ValueError, OSError) as trouble:
        print(f"The demo cannot {'start over' if options.reset else 'run'}: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
