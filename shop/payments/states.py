"""The states of one payment attempt and of one refund, as tables of allowed moves."""

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
