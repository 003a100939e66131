"""Telling the provider's tax reports what is due: read inside a transaction, sent outside, noted inside."""

from datetime import datetime

from shop.gateway import GatewayRefused, GatewayUnavailable, TaxSale
from shop.payments import tax_reports
from shop.payments.desk import Desk
from shop.payments.tax_reports import DueReport


def report_due(desk: Desk, *, now: datetime) -> int:
    """Report what is due, until the provider does not answer; returns how many it answered."""
    with desk.look() as session:
        due = tax_reports.due_reports(session, now=now)
    for done, report in enumerate(due):
        if not _report(desk, report, now=now):
            return done
    return len(due)


def _report(desk: Desk, report: DueReport, *, now: datetime) -> bool:
    gateway, call = desk.gateway(), report.call
    try:
        transaction_id = gateway.report_sale(call) if isinstance(call, TaxSale) else gateway.report_reversal(call)
    except GatewayUnavailable:
        with desk.transaction() as session:
            tax_reports.try_later(session, report.report_id, letterhead=desk.letterhead, now=now)
        return False
    except GatewayRefused as refusal:
        with desk.transaction() as session:
            tax_reports.is_refused(session, report.report_id, refusal.reason, letterhead=desk.letterhead, now=now)
        return True
    with desk.transaction() as session:
        tax_reports.is_reported(session, report.report_id, transaction_id, now=now)
    return True
