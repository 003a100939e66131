"""Structured logs and Prometheus metrics: endpoints and statuses, never an address, an answer or a card."""

import logging
import sys
import time

import structlog
from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

KEY = "tsubo_metrics"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
log = structlog.get_logger("shop.request")


class Metrics:
    """One registry a mounted shop, so that two in a process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "shop_requests", "Answers by endpoint and status.", ["endpoint", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "shop_request_seconds", "Time to answer.", ["endpoint"], registry=self.registry, buckets=BUCKETS
        )
        self.job_age = Gauge(
            "shop_job_seconds_since_run", "Since a job came to its end; +Inf: never.", ["job"], registry=self.registry
        )
        self.worker_age = self._gauge("shop_worker_seconds_since_run", "Since any job ended well; +Inf: never.")
        self.outbox_waiting = self._gauge("shop_outbox_waiting", "Mails that have not left.")
        self.outbox_oldest = self._gauge("shop_outbox_oldest_seconds", "Age of the oldest mail that has not left.")
        self.orders_pending = self._gauge("shop_orders_pending", "Orders that wait for payment.")
        self.needs_attention = self._gauge("shop_orders_attention", "Orders a person must look at.")
        self.attempts_overdue = self._gauge(
            "shop_payment_attempts_overdue", "Payment pages whose time is over and that nobody has ended."
        )

        self.webhooks_refused = Counter(
            "shop_webhooks_refused", "Webhooks answered with 400, by reason.", ["reason"], registry=self.registry
        )

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self.registry)

    def text(self) -> bytes:
        """All metrics in the Prometheus text format."""
        return generate_latest(self.registry)


def metrics() -> Metrics:
    """The current app's metrics."""
    found: Metrics = current_app.extensions[KEY]
    return found


def _start() -> None:
    g.shop_started = time.perf_counter()


def _finish(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    seconds = time.perf_counter() - g.get("shop_started", time.perf_counter())
    metrics().requests.labels(endpoint, response.status_code).inc()
    metrics().seconds.labels(endpoint).observe(seconds)
    status, milliseconds = response.status_code, round(seconds * 1000)
    log.info("answered", endpoint=endpoint, method=request.method, status=status, ms=milliseconds)
    return response


def register_observation(app: Flask, blueprint: Blueprint) -> None:
    """Count and log each request to a page of the shop."""
    app.extensions[KEY] = Metrics()
    blueprint.before_request(_start)
    blueprint.after_request(_finish)


def set_up_logging(log_format: str) -> None:
    """Log lines of the standalone shop on standard error: JSON, or text for people. A host sets up its own."""
    last = structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if log_format == "json" else logging.WARNING),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),  # asked for each time: it may be replaced
        cache_logger_on_first_use=False,
    )
