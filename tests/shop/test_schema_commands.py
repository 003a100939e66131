"""`flask shop upgrade` and `downgrade`: what cannot be reached is told in a sentence, and an empty database as one."""

import pytest
from flask import Flask

from shop import schema


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
@pytest.mark.parametrize("revision", ["no-such-release", "+99", "a:b", "", "x" * 3000])
def test_a_release_that_does_not_exist_is_a_sentence(app: Flask, command: str, revision: str) -> None:
    done = app.test_cli_runner().invoke(args=["shop", command, "--", revision])

    assert done.exit_code == 1
    assert done.output.startswith("Error: The database cannot be brought to")
    assert str(schema.head_revision()) in done.output
    assert len(done.output) < 500


def test_a_database_taken_down_to_nothing_is_called_empty_and_comes_back(app: Flask) -> None:
    runner = app.test_cli_runner()

    down = runner.invoke(args=["shop", "downgrade", "base"])
    up = runner.invoke(args=["shop", "upgrade"])

    assert down.output.strip().endswith("The database holds no tables of the shop.")
    assert up.output.strip().endswith(f"The database is at {schema.head_revision()}.")
