"""The provider's library can log whole requests; ours never does, however loud the process around it is."""

import os
import subprocess
import sys

SCRIPT = """
import logging
logging.basicConfig(level=logging.DEBUG)
from demo.stripe_server import InProcessStripe, StripeServer
from shop.payments.adapter import StripeGateway
from tests.shop.payments.providers import config, make_request

gateway = StripeGateway(config(), http_client=lambda: InProcessStripe(StripeServer()))
gateway.find_payment("cs_test_nobody")
logging.getLogger("stripe").setLevel(logging.DEBUG)  # as a host may do at any time
page = gateway.open_payment(make_request())
logging.getLogger("stripe").warning("a warning is still heard")
print(page.session_id)
"""


def test_no_setting_of_the_process_makes_the_library_write_an_address() -> None:
    loud = {**os.environ, "STRIPE_LOG": "debug"}

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=loud, capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.startswith("cs_test_")
    assert "pat@example.com" not in done.stderr
    assert "Mat" not in done.stderr
    assert "a warning is still heard" in done.stderr
