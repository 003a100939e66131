"""The states of one payment attempt, of one refund and of one tax report, as tables of allowed moves."""

from enum import StrEnum


class AttemptState(StrEnum):
    """PREPARED: the call is written down. OPEN: the page exists. COMPLETED: paid, or waiting for a slow method."""

    PREPARED = "prepared"
    OPEN = "open"
    COMPLETED = "completed"
    EXPIRED = "expired"
    FAILED = "failed"


class RefundState(StrEnum):
    """REQUESTED: written down, to be sent (again) with the same key."""

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class TaxReportState(StrEnum):
    """ASKED: only calculated so far. DUE: sold or sent back, to be reported (again) under the same reference."""

    ASKED = "asked"
    DUE = "due"
    REPORTED = "reported"
    REFUSED = "refused"


NEXT_ATTEMPT_STATES = {
    AttemptState.PREPARED: {AttemptState.OPEN, AttemptState.COMPLETED, AttemptState.EXPIRED, AttemptState.FAILED},
    AttemptState.OPEN: {AttemptState.COMPLETED, AttemptState.EXPIRED, AttemptState.FAILED},
    AttemptState.COMPLETED: {AttemptState.FAILED},  # a slow method that failed in the end
    AttemptState.EXPIRED: {AttemptState.COMPLETED},  # money that arrived late
    AttemptState.FAILED: {AttemptState.COMPLETED},
}
NEXT_REFUND_STATES = {
    RefundState.REQUESTED: {RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED},
    RefundState.PENDING: {RefundState.SUCCEEDED, RefundState.FAILED},
    RefundState.SUCCEEDED: {RefundState.FAILED},  # the provider may take a success back
    RefundState.FAILED: set[RefundState](),
}
NEXT_TAX_REPORT_STATES = {
    TaxReportState.ASKED: {TaxReportState.DUE},
    TaxReportState.DUE: {TaxReportState.REPORTED, TaxReportState.REFUSED},
    TaxReportState.REPORTED: set[TaxReportState](),
    TaxReportState.REFUSED: set[TaxReportState](),
}
