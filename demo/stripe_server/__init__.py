"""A stand-in for the part of Stripe that a web shop uses. No money moves and nothing leaves this machine.

The real `stripe` 16 library talks to it, over a socket or inside the process, and meets what Stripe would tell it:
parameters checked strictly (against the library's own typed parameters), idempotency keys, signed webhooks that come
twice, late, out of order or never, a payment page, and a ledger that counts every session, charge and key by itself.

Command line
------------
    python -m demo.stripe_server --port 12111 --webhook-url http://127.0.0.1:8000/payments/webhook \\
        --webhook-secret whsec_demo [--state var/stripe.sqlite3] [--retry-delays 0.5,2,5,15]

It binds 127.0.0.1 only, prints `stripe stand-in on http://127.0.0.1:12111` when it listens (`--port 0` picks a free
port), ends on SIGTERM or Ctrl-C, and refuses to start under SHOP_MODE=live (exit code 2). Any `sk_test_...` key is
accepted; a live key is refused. Without --webhook-url events are only collected; the secret may also come from
STRIPE_WEBHOOK_SECRET. The bare address shows the latest payments.

    StripeClient("sk_test_demo", base_addresses={"api": "http://127.0.0.1:12111"})

Served: /v1/checkout/sessions (create, retrieve, list, expire, line_items), /v1/payment_intents, /v1/charges,
/v1/refunds (create too), /v1/tax/calculations (create), /v1/tax/transactions (create_from_calculation,
create_reversal, retrieve),
/v1/events, /v1/disputes (retrieve, list). A parameter that Stripe knows but that would need
something not simulated here (discounts, automatic tax, ...) is refused in words, never silently ignored.

The payment page
----------------
`session.url` is http://127.0.0.1:PORT/pay/SESSION. It works without JavaScript; its forms POST to
.../pay/SESSION/ACTION: pay, decline, challenge (3-D Secure; then approve or fail), pay_later (then arrive or bounce);
"Close" is a link to cancel_url.

A session of `ui_mode=elements` has no such page: /endive/stripe.js is a small script with the calls of a Checkout
elements page (initCheckoutElementsSdk, loadActions, createPaymentElement, confirm) that draws the same choices.

Control, JSON over the same port (application/json, loopback Host only)
------------------------------------------------------------------------
    GET    /_control/ledger     sessions, payment_intents, charges, refunds, disputes, events, deliveries,
                                idempotency_keys, calls, tax_transactions, totals
    POST   /_control/act        {"session": "cs_...", "action": "pay|decline|challenge|approve|fail"
                                                             "|pay_later|arrive|bounce|expire"}
                                {"refund": "re_...", "action": "succeed|fail"}    (see "pending_refund" below)
                                {"charge": "ch_...", "action": "dispute"}    {"dispute": "dp_...", "action": "win|lose"}
    POST   /_control/faults     one fault: {"kind": ..., "seconds": 3, "path": "/v1/checkout", "method": "POST",
                                "types": ["checkout.session.completed"], "every": 2, "times": 1}
                                path is a beginning, every=2 hits each second match, times ends it
        calls     slow (seconds)         answers late; the work is done when it answers
                  error (status=500)     fails; saved under the key and replayed, as Stripe does ("saved": false: not)
                  rate_limit             429, never saved
                  cut                    closes the connection, nothing done
                  lose_answer            does the work, then closes the connection
                  pending_refund         the refund starts as pending
        webhooks  duplicate (copies=2), late (seconds), shuffle (seconds: gathers so long), lose,
                  skew (seconds: stamps signed so far ahead, or behind when negative)
    GET    /_control/faults     the faults in force          DELETE /_control/faults   ends all of them
    POST   /_control/redeliver  {"event": "evt_..."} or {"status": "lost"|"failed"|"delivered"} or {} for every event
    POST   /_control/advance    {"seconds": 1900} moves the clock on (sessions expire, late webhooks go out)
    POST   /_control/reset      forgets everything, faults and clock included

Python
------
    server = StripeServer(webhook_secret="whsec_demo", post=callback, state=None, clock=time.time, retry_delays=(...))
        post(body: bytes, headers: dict[str, str]) -> status; leave it out to only collect
    client = stripe.StripeClient("sk_test_demo", http_client=InProcessStripe(server))       # no socket
    server.deliver_due()                  send what is due, here and now, in this thread; returns the number sent
    server.deliver_due(post=other)        the same, to another receiver
    server.act("pay", session=session.id)     what the buttons do (all of /_control/act)
    server.add_fault(kind="slow", seconds=3)  server.clear_faults()  server.advance(seconds)  server.ledger()
    server.redeliver(event=..., status=...)   server.reset()
    with serving(server, port=0) as address:  # the socket form in a thread, delivering webhooks by itself
        client = stripe.StripeClient("sk_test_demo", base_addresses={"api": address})
    signature_header(body, secret, timestamp=...)   # for forged, stale and future webhooks
    webhook_to(url)                        # a `post` that sends over HTTP
"""

from demo.stripe_server.app import create_app
from demo.stripe_server.inprocess import InProcessStripe
from demo.stripe_server.server import StripeServer
from demo.stripe_server.serving import serving
from demo.stripe_server.signatures import signature_header, webhook_headers, webhook_to

__all__ = [
    "InProcessStripe", "StripeServer", "create_app", "serving", "signature_header", "webhook_headers", "webhook_to",
]  # fmt: skip
