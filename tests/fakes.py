"""Stand-ins that are passed in: a payment provider in memory, checked by the same tests as the real adapter."""


class FakeGateway:
    """A payment provider in memory."""
