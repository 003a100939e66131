"""gunicorn with two workers under wrk: requests per second, CPU per request, memory, cold start."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from bench.targets import Target

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = Path(__file__).with_name("requests.lua")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Figures:
    """What one run of wrk found."""

    per_second: float
    p99: float
    cpu_ms: float
    errors: int


def has_wrk() -> bool:
    """Whether wrk can be run."""
    return shutil.which("wrk") is not None


def start_seconds(module: str, environment: dict[str, str]) -> float:
    """Seconds from starting a server to its first list page."""
    began = time.monotonic()
    with Server(module, environment):
        return time.monotonic() - began


class Server:
    """A gunicorn of our own on a free port, ended with the block."""

    def __init__(self, module: str, environment: dict[str, str], workers: int = 2) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        command = [sys.executable, "-m", "gunicorn", "-w", str(workers), "-b", self.address, "--log-level", "error"]
        self.process = subprocess.Popen(
            [*command, "--keep-alive", "30", module],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> "Server":
        for _ in range(400):
            try:
                with urllib.request.urlopen(f"http://{self.address}/products", timeout=5):
                    return self
            except OSError:
                time.sleep(0.02)
        self.process.terminate()
        raise RuntimeError("the server did not answer")

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def load(self, target: Target, *, connections: int, seconds: int = 4) -> Figures:
        """Let wrk ask for the target's pages."""
        requests = SCRIPT.with_name(".requests.txt")
        lines = [f"POST {target.paths[0]} {body}" for body in target.bodies] or [f"GET {path}" for path in target.paths]
        requests.write_text("\n".join(lines))
        try:
            self._run_wrk(target, requests, connections, seconds=2)  # both workers have seen everything once
            before = self._cpu_seconds()
            ran = self._run_wrk(target, requests, connections, seconds)
            spent = self._cpu_seconds() - before
        finally:
            requests.unlink()
        found = json.loads(re.findall(r"^\{.*\}$", ran, re.MULTILINE)[-1])
        answered = max(found["requests"], 1)
        return Figures(answered / found["seconds"], found["p99_ms"], spent / answered * 1000, found["errors"])

    def _run_wrk(self, target: Target, requests: Path, connections: int, seconds: int) -> str:
        command = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{seconds}s",
            "--timeout",
            "20s",
            "--latency",
            "-s",
            str(SCRIPT),
        ]
        command += [f"http://{self.address}", str(requests), str(target.status)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def megabytes(self) -> float:
        """Memory of all processes, shared pages divided among them."""
        kilobytes = 0
        for pid in self._pids():
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            kilobytes += int(re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[0])
        return kilobytes / 1024

    def _pids(self) -> list[int]:
        master = self.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return [master, *map(int, children)]

    def _cpu_seconds(self) -> float:
        ticks = 0
        for pid in self._pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS
