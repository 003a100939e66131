"""Make the environment in .venv from a lock file, with nothing but Python and pip. Says plainly what is missing."""

from __future__ import annotations  # so that an older Python can say that it is too old

import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
LOCKS = {"demo": "requirements.lock", "dev": "requirements-dev.lock"}


class Missing(Exception):
    """Something that the machine lacks; the message says what, and what to do."""


def run(command: list[str], trouble: str) -> None:
    """Run a command quietly; show what it said and raise Missing when it fails."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Missing(trouble + "\n" + "\n".join(done.stdout.strip().splitlines()[-8:]))


def wanted_state(kind: str) -> str:
    """What the environment should hold: it changes with the lock, the project file and this Python."""
    digest = hashlib.sha256(sys.version.encode())
    for name in (LOCKS[kind], "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as source:
            digest.update(source.read())
    return digest.hexdigest()


def stamp_path(kind: str) -> str:
    """Where it is noted what was installed."""
    return os.path.join(VENV, "." + kind + "-installed")


def is_ready(kind: str) -> bool:
    """Whether the environment holds what this kind needs (what developers need includes the demo)."""
    for candidate in {kind, "dev"}:
        try:
            with open(stamp_path(candidate), encoding="utf-8") as stamp:
                if stamp.read() == wanted_state(candidate):
                    return True
        except OSError:
            continue
    return False


def install(kind: str) -> None:
    """Make .venv when there is none, and install the lock and the project into it."""
    python = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")
    if not os.path.exists(python):
        print("Making the environment in .venv ...", flush=True)
        run(
            [sys.executable, "-m", "venv", VENV],
            "Python's venv module does not work here. On Debian and Ubuntu: apt-get install python3-venv",
        )
    print("Installing what " + LOCKS[kind] + " names (once; a minute or two) ...", flush=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    run(
        [*pip, "--require-hashes", "-r", LOCKS[kind]],
        "Installing " + LOCKS[kind] + " failed: is a package index reachable, and is there a wheel for this machine?",
    )
    run([*pip, "--no-deps", "--no-build-isolation", "-e", "."], "Installing the project itself failed.")
    run([python, "-m", "compileall", "-q", "shop", "recommender", "demo"], "Compiling the project failed.")
    with open(stamp_path(kind), "w", encoding="utf-8") as stamp:
        stamp.write(wanted_state(kind))


def main() -> int:
    """Entry: `python bootstrap.py demo|dev`."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "demo"
    if sys.version_info < (3, 11):
        print(
            "Tsubo needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ..."
        )
        return 1
    try:
        if not is_ready(kind):
            install(kind)
    except Missing as missing:
        print(missing)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
