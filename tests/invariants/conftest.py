"""More than a normal run tries: `pytest tests/invariants --hypothesis-profile=thorough`."""

from hypothesis import settings

settings.register_profile("thorough", max_examples=400, stateful_step_count=60, deadline=None)
