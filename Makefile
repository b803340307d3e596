# Everything runs from .venv, which each target makes when it is missing or out of date.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
JOBS ?= 2

.PHONY: setup demo test check format lint types contracts screenshots snapshots clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Orchestra needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1' -c constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group dev --editable .
	@touch $(STAMP)

demo: setup
	$(BIN)/orchestra demo

test: setup
	$(BIN)/pytest -n $(JOBS)

check: format lint types contracts test

format: setup
	$(BIN)/ruff format --check .

lint: setup
	$(BIN)/ruff check .

types: setup
	$(BIN)/pyright

contracts: setup
	PYTHONPATH=server $(BIN)/lint-imports

screenshots: setup
	$(BIN)/python -m tests.support.render_screenshots

snapshots: setup
	$(BIN)/pytest tests/orchestra_tui -n $(JOBS) --snapshot-update

clean:
	rm -rf $(VENV) build dist
