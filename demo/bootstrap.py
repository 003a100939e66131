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


def python_path() -> str:
    """The environment's own Python."""
    return os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")


def is_whole() -> bool:
    """Whether the environment can install: one whose making was cut short has a Python and no pip."""
    try:
        done = subprocess.run(
            [python_path(), "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def stamp_path(kind: str) -> str:
    """Where it is noted what was installed."""
    return os.path.join(VENV, "." + kind + "-installed")


def is_ready(kind: str) -> bool:
    """Whether the environment holds what this kind needs (what developers need includes the demo)."""
    if not os.path.exists(python_path()):
        return False
    for candidate in {kind, "dev"}:
        try:
            with open(stamp_path(candidate), encoding="utf-8") as stamp:
                if stamp.read() == wanted_state(candidate):
                    return True
        except OSError:
            continue
    return False


def make_environment() -> None:
    """Make .venv, over the remains of an attempt that was cut short. Raises Missing when it is a link: not ours."""
    if os.path.islink(VENV):
        raise Missing(
            ".venv is a link to something that is no Python environment with pip. Remove the link, and try again."
        )
    again = os.path.lexists(VENV)
    print("Making the environment in .venv " + ("again: it has no pip " if again else "") + "...", flush=True)
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        "Python's venv module does not work here. On Debian and Ubuntu: apt-get install python3-venv",
    )


def install(kind: str) -> None:
    """Make .venv when there is none that works, and install the lock and the project into it."""
    if not os.path.isfile(os.path.join(ROOT, LOCKS[kind])):
        raise Missing(LOCKS[kind] + " is missing here. It belongs to the project: fetch it again.")
    if not is_whole():
        make_environment()
    python = python_path()
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
    except (Missing, OSError) as trouble:
        print(trouble)
        return 1
    except KeyboardInterrupt:
        print("\nStopped before the environment was ready. The same command goes on.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
