# `make run` starts everything; `make test` proves it. Both build their own environment in .venv first.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test chromium lock clean
.DEFAULT_GOAL := run

run: .venv/runtime
	@$(BIN)/nawoord run

test: .venv/develop chromium
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/pytest --numprocesses auto --dist worksteal

.venv/bin/python:
	@$(PYTHON) -m venv .venv

.venv/runtime: requirements/runtime.txt pyproject.toml | .venv/bin/python
	@echo "Installing (once, about half a minute) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/develop: requirements/develop.txt .venv/runtime
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/develop.txt
	@touch $@

# The tests drive a real browser: the system's Chromium, installed where it is missing.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq chromium; } \
		|| { echo "The tests need Chromium; install it and try again."; exit 1; }

# After a change to requirements/*.in.
lock: .venv/develop
	@for set in runtime develop; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header requirements/$$set.in --output-file requirements/$$set.txt; done

clean:
	@rm -rf .venv build *.egg-info
