"""Runs the README's demo command for real, asks the questionnaire, buys over HTTP, pays, and ends the demo."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.plain_browser import Browser

START_SECONDS = 300


def free_port() -> int:
    """A port with nothing on it, and nothing on the next one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(base: str, demo: subprocess.Popen[bytes]) -> float:
    """Seconds until the shop answers."""
    started = time.monotonic()
    while time.monotonic() - started < START_SECONDS:
        if demo.poll() is not None:
            raise SystemExit(f"make demo ended with {demo.returncode}")
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2):
                return time.monotonic() - started
        except OSError:
            time.sleep(0.2)
    raise SystemExit("make demo did not start in time")


def expect(browser: Browser, *texts: str, status: int = 200) -> None:
    """End with a sentence when the page is not what it should be."""
    missing = [text for text in texts if text not in browser.text]
    if browser.status != status or missing:
        raise SystemExit(f"{browser.address}: status {browser.status}, missing {missing}\n{browser.text[:1500]}")


ANSWERS: list[dict[str, str | list[str]]] = [
    {"red_flags": "NONE"},
    {"areas": ["lower_back"], "pain_kind": ["chronic_low_back"]},
    {"intensity": "4", "interference": "3", "duration": "months"},
    {"triggers": ["desk_work"]},
    {
        "position_preference": "sitting",
        "pressure_preference": "2",
        "experience": "new",
        "portability_need": "none",
    },
    {"health": "NONE", "allergies": "NONE"},
    {"max_budget": "40", "goal": "relief"},
]


def ask(browser: Browser, base: str) -> None:
    """From the article to the result."""
    browser.get(f"{base}/")
    expect(browser)
    browser.get("/find")
    browser.submit("/find", consent="y")
    for number, answers in enumerate(ANSWERS, start=1):
        expect(browser, f"Question {number} of 7")
        browser.submit("/find/", **answers)
    if not browser.address.endswith("/find/result"):
        raise SystemExit(f"no result: {browser.address}\n{browser.text[:1500]}")


def buy(browser: Browser) -> None:
    """From the first recommendation to the paid order."""
    browser.submit("/cart/add", quantity="1")
    expect(browser)
    browser.get("/cart")
    expect(browser, "Noded Lumbar Seat Cushion")
    browser.get("/checkout")
    browser.submit(
        "/checkout",
        email="buyer@shop.example",
        full_name="A Buyer",
        line1="1 Main Street",
        city="Springfield",
        region="IL",
        postal_code="62701",
        country="US",
    )
    expect(browser, "Order and pay")
    browser.submit("/checkout/place")
    expect(browser, "no money moves")
    browser.submit("/pay")
    expect(browser, "TS-")


def main() -> int:
    """Start, buy, look at the mail, end."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as var:
        env = {**os.environ, "PORT": str(port), "TSUBO_DEMO_VAR": f"{var}/demo"}
        demo = subprocess.Popen(["make", "demo"], env=env, start_new_session=True)
        try:
            seconds = wait_for(base, demo)
            browser = Browser()
            ask(browser, base)
            buy(browser)
            address = browser.address
            for _ in range(50):
                browser.get(f"{base}/demo/mails")
                if "buyer@shop.example" in browser.text:
                    break
                time.sleep(0.2)
            expect(browser, "buyer@shop.example")
            print(json.dumps({"ready_seconds": round(seconds, 1), "pages": len(browser.trail), "order": address[:60]}))
        finally:
            os.killpg(demo.pid, signal.SIGINT)
            demo.wait(timeout=30)
    print("bought over HTTP: paid, confirmed, mailed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
