"""The rules that no linter knows: sizes, who commits, who reads the clock, what must not stand in the tree.

`python -m tests.house_rules` prints each breach with its place and ends with 1 when there is one.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_FILE_LINES, MAX_TEMPLATE_LINES, MAX_FUNCTION_LINES = 300, 120, 50
COMMITTERS = {"shop/web.py", "shop/cli.py", "shop/jobs.py"}
NOT_OURS = (
    ".git",
    ".venv",
    "var",
    "dist",
    "build",
    "*.egg-info",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    ".coverage",
    "node_modules",
    "sbom.cdx.json",
)
CLOCK = "shop/clock.py"
REGISTRY_HOSTS = re.compile(r"(pypi|npmjs|pythonhosted|crates)\.(org|io|com)")
COMMIT = re.compile(r"\.commit\(\)")
CLOCK_READS = re.compile(r"datetime\.(now|utcnow)\(|time\.time\(\)|date\.today\(\)")
UNSAFE_LOADS = re.compile(
    r"\b((import|from) (pickle|cloudpickle|joblib|dill|marshal|shelve|skops)\b|yaml\.load\(|read_pickle\("
    r"|np\.load\((?!.*allow_pickle=False)|allow_pickle ?= ?True)"
)
INLINE = re.compile(r"<script(?![^>]*application/ld\+json)(?![^>]*\bsrc=)|\sstyle=")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError|pytest\.mark\.(skip|xfail)\b")


def tracked_files(root: Path = ROOT) -> list[str]:
    """Every file git knows or would take, as paths from the root; where git does not answer, every file of the tree."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        listing = ""
    names = [name for name in listing.splitlines() if (root / name).is_file()]
    return names or sorted(walked_files(root))  # none: an unpacked archive inside a folder that git ignores


def walked_files(root: Path) -> Iterator[str]:
    """Every file below the root but those of environments, data, caches and builds."""
    for folder, inner, files in os.walk(root):
        inner[:] = [name for name in inner if not any(fnmatch(name, pattern) for pattern in NOT_OURS)]
        for name in files:
            if name not in NOT_OURS:
                yield (Path(folder) / name).relative_to(root).as_posix()


def size_breaches(name: str, text: str) -> Iterator[str]:
    """Files and functions that are too long."""
    lines = text.count("\n")
    limit = MAX_TEMPLATE_LINES if name.startswith("templates/") else MAX_FILE_LINES
    if name.endswith((".py", ".js", ".css", ".html")) and lines > limit:
        yield f"{name}: {lines} lines, at most {limit}"
    if name.endswith(".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    yield f"{name}:{node.lineno}: {node.name} has {length} lines, at most {MAX_FUNCTION_LINES}"


def shop_breaches(name: str, text: str) -> Iterator[str]:
    """What the product's own code must not do."""
    if not name.startswith(("shop/", "recommender/")) or not name.endswith(".py"):
        return
    rules = [
        (COMMIT, name not in COMMITTERS, "commits, but only web.py, cli.py and jobs.py may"),
        (CLOCK_READS, name != CLOCK, "reads the clock, but only clock.py may"),
        (UNSAFE_LOADS, True, "loads a format that can run code"),
        (UNFINISHED, True, "is unfinished"),
    ]
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern, applies, sentence in rules:
            if applies and pattern.search(line):
                yield f"{name}:{number}: {sentence}"


def tree_breaches(name: str, text: str) -> Iterator[str]:
    """What must not stand anywhere in the tree."""
    if name != "tests/house_rules.py" and REGISTRY_HOSTS.search(text):
        yield f"{name}: names a package registry's host"
    if name.startswith("templates/") and re.search(r"\|\s*safe\b", text):
        yield f"{name}: marks text as safe"
    is_page = name.startswith("templates/") and "/emails/" not in name  # mail programs read inline styles only
    if is_page and INLINE.search(text):
        yield f"{name}: has an inline script or style"


def breaches() -> list[str]:
    """All breaches of all rules, as sentences with their place."""
    found: list[str] = []
    for name in tracked_files():
        if name.startswith("migrations/versions/") or name.endswith((".lock", ".png", ".pdf", ".webp")):
            continue
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        for rule in (size_breaches, shop_breaches, tree_breaches):
            found.extend(rule(name, text))
    return found


def main() -> int:
    """Print the breaches."""
    found = breaches()
    sys.stdout.write("".join(f"{breach}\n" for breach in found))
    sys.stdout.write(f"house rules: {len(found)} breaches\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
