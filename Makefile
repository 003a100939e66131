# What this project is run, tested and checked with; `make` alone says how.
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test check env env-dev lock sbom

PYTHON ?= python3
BIN := .venv/bin

help:
	@echo "make demo         start the demo shop on http://127.0.0.1:8000 (PORT=... for another)"
	@echo "make demo-reset   forget the demo's data; the next 'make demo' starts over"
	@echo "make test         all tests, on SQLite and on a real PostgreSQL"
	@echo "make check        lint, types, dependency direction and the house rules"
	@echo "make lock         write the lock files anew (needs uv)"
	@echo "make sbom         list what the shop is made of, from the lock files, in sbom.cdx.json"

demo: env
	@$(BIN)/python -m demo

demo-reset: env
	@$(BIN)/python -m demo --reset

test: env-dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: env-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.house_rules

env:
	@command -v $(PYTHON) >/dev/null || { echo "Tsubo needs Python 3.11 or newer, and '$(PYTHON)' is not here."; exit 1; }
	@$(PYTHON) demo/bootstrap.py demo

env-dev:
	@command -v $(PYTHON) >/dev/null || { echo "Tsubo needs Python 3.11 or newer, and '$(PYTHON)' is not here."; exit 1; }
	@$(PYTHON) demo/bootstrap.py dev

# Needs uv on the PATH; the results are installed with plain pip.
LOCK := uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header -q -p 3.11 --group build
lock:
	$(LOCK) --extra demo -o requirements.lock
	$(LOCK) --all-extras --group dev -o requirements-dev.lock

# What the shop is made of, for scanners: CycloneDX JSON from the lock files.
sbom:
	@$(PYTHON) .ci/sbom.py sbom.cdx.json
