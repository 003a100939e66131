"""CSV files between their dry run and their import: kept for an hour in a folder that no page serves."""

import re
from pathlib import Path

from shop.keys import new_token

KEPT_SECONDS = 3600
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


class Uploads:
    """Files by unguessable token. `folder` is made at first use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes, now_seconds: float) -> str:
        """Keep a file, and forget those that are too old; returns its token."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.csv"):
            if now_seconds - old.stat().st_mtime > KEPT_SECONDS:
                old.unlink(missing_ok=True)
        token = new_token()
        (self.folder / f"{token}.csv").write_bytes(content)
        return token

    def find(self, token: str) -> bytes | None:
        """The file of a token, if it is still there."""
        path = self.folder / f"{token}.csv"
        return path.read_bytes() if TOKEN.fullmatch(token) and path.is_file() else None

    def forget(self, token: str) -> None:
        """Delete a file."""
        if TOKEN.fullmatch(token):
            (self.folder / f"{token}.csv").unlink(missing_ok=True)
