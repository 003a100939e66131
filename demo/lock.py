"""One demo on one folder of data: a lock that is held for as long as the supervisor or one of its processes lives."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from demo.settings import CannotStart

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NOTE_STARTS = 1  # Windows locks a byte, which nobody else can read then: the first, before the note


class Lock:
    """The held lock. Its file tells others who holds it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def note(self, holder: str) -> None:
        """Write down who holds it."""
        self._file.truncate(_NOTE_STARTS)
        self._file.write(holder)
        self._file.flush()

    @property
    def inherited(self) -> tuple[int, ...]:
        """What the demo's processes inherit, so that the data stays locked while they live, even without the parent."""
        return () if sys.platform == "win32" else (self._file.fileno(),)


@contextmanager
def held(folder: Path, holder: str) -> Iterator[Lock]:
    """Hold the data of `folder`. Raises CannotStart, which names the other holder, when it is held already."""
    path = folder.with_name(f"{folder.name}.lock")  # beside the folder, because a reset deletes what is in it
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if not _take(file):
            file.seek(_NOTE_STARTS)
            raise CannotStart(
                f"the data in {folder} is in use: {file.read(200)}. End that first (Ctrl-C where it runs)."
            )
        lock = Lock(file)
        lock.note(holder)
        yield lock


def _take(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
