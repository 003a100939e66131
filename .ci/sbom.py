"""Write what the shop is made of as CycloneDX 1.6: every package of the lock files with version and hashes.

    python .ci/sbom.py sbom.cdx.json

Scope "required" is what the shop and its demo run on; "excluded" is everything else that developers
install: test tools, and the drivers of the extras.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def locked(path: Path) -> dict[tuple[str, str], list[str]]:
    """The packages of a lock file with the hashes of their files."""
    found: dict[tuple[str, str], list[str]] = {}
    current: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        pin = PINNED.match(line)
        if pin:
            current = found.setdefault((canonical(pin["name"]), pin["version"]), [])
        current.extend(HASH.findall(line))
    return found


def canonical(name: str) -> str:
    """A package's name as package addresses spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def component(name: str, version: str, hashes: list[str], scope: str) -> dict[str, object]:
    """One package."""
    address = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "scope": scope,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in hashes],
    }


def document() -> dict[str, object]:
    """The whole list. The same locks give the same text: no time, no machine, no random number."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed, all_of_them = locked(ROOT / "requirements.lock"), locked(ROOT / "requirements-dev.lock")
    packages = {**all_of_them, **needed}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "tsubo", "name": "tsubo", "version": project["version"]}
        },
        "components": [
            component(name, version, hashes, "required" if (name, version) in needed else "excluded")
            for (name, version), hashes in sorted(packages.items())
        ],
    }


def main() -> int:
    """Write the list, or say which file it cannot be made without."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "sbom.cdx.json")
    try:
        target.write_text(json.dumps(document(), indent=1) + "\n", encoding="utf-8")
    except OSError as trouble:
        print(f"The list cannot be made: {trouble.filename}: {trouble.strerror}. 'make lock' writes lock files.")
        return 1
    print(f"{target} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
