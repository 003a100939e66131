"""The demo beside data that it cannot read: a reason and the way out, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_data_of_another_version_is_told_with_its_reason_and_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_bytes(b"this was never a database" * 100)
    environment = {**os.environ, "TSUBO_DEMO_VAR": str(tmp_path), "PORT": "8391"}

    ended = subprocess.run(
        [sys.executable, "-m", "demo"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert "failed: " in ended.stderr
    assert "not a database" in ended.stderr
    assert "make demo-reset" in ended.stderr
    assert "Traceback" not in ended.stderr
