"""The queue itself: huey over SQLite, Redis or PostgreSQL, with messages in JSON (huey's own are pickles)."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.registry import Message
from huey.serializer import Serializer

from shop.config import ConfigError

NAME = "tsubo"
CONNECT_SECONDS = 5  # a server that swallows what is sent must not pile up those who wake the worker


class Timed(Protocol):
    """What the queue knows of a job."""

    @property
    def every_minutes(self) -> int: ...


class JsonSerializer(Serializer):  # type: ignore[misc]  # huey has no types
    """Messages of our own jobs, which carry a name and nothing else: whoever writes into the queue runs no code."""

    def _serialize(self, data: Any) -> bytes:
        plain = {"id": data.id, "name": data.name} if isinstance(data, Message) else data
        return json.dumps(plain).encode()

    def _deserialize(self, data: bytes) -> Any:
        plain = json.loads(bytes(data))
        if isinstance(plain, dict) and set(plain) == {"id", "name"}:
            if not (isinstance(plain["id"], str) and isinstance(plain["name"], str)):
                raise ValueError("a message whose id or name is no text")
            return Message(id=plain["id"], name=plain["name"], retries=0, retry_delay=0, args=(), kwargs={})
        return plain


def make_queue(url: str, run: Callable[[str], object], jobs: Mapping[str, Timed]) -> Huey:
    """A queue that runs `run(name)`, for each name on its schedule and whenever it is enqueued."""
    huey = _open(url)
    for name, job in jobs.items():
        every = crontab(minute=f"*/{job.every_minutes}") if job.every_minutes < 60 else crontab(minute="0")
        huey.periodic_task(every, name=name)(_round(run, name))
    return huey


def enqueue(huey: Huey, name: str) -> None:
    """Ask for one round of a job as soon as a worker is free."""
    task = huey._registry.string_to_task(f"{__name__}.{name}")
    huey.enqueue(task())


def _round(run: Callable[[str], object], name: str) -> Callable[[], None]:
    def one_round() -> None:
        run(name)

    return one_round


def _open(url: str) -> Huey:
    common = {"results": False, "serializer": JsonSerializer()}
    scheme = urlsplit(url).scheme.partition("+")[0]
    if scheme == "memory":
        return MemoryHuey(NAME, immediate=True, **common)
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(NAME, filename=str(path), **common)
    if scheme in ("redis", "rediss"):
        return RedisHuey(NAME, url=url, **common)
    if scheme == "postgresql":
        dsn = url.replace("postgresql+psycopg://", "postgresql://")
        return PostgresHuey(NAME, dsn=dsn, connect_timeout=CONNECT_SECONDS, **common)
    raise ConfigError("JOBS_URL must begin with sqlite:///, redis://, rediss://, postgresql:// or be memory://")
