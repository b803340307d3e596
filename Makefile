# Everything runs from .venv, which each target makes when it is missing or out of date.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
# A test waits, for processes and servers, twice as long as it computes.
JOBS ?= $(shell echo $$((3 * $$(getconf _NPROCESSORS_ONLN))))
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install --constraint constraints.txt

.PHONY: setup demo quick test proofs coverage mutants bench check format lint types contracts screenshots gallery snapshots first-answers clean

setup: $(DEV)

$(RUN): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Orchestra needs Python 3.11 or newer and this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) 'pip>=25.1'
	$(PIP) --editable .
	@touch $@

$(DEV): $(RUN)
	$(PIP) --group dev
	@touch $@

demo: $(RUN)
	$(BIN)/orchestra demo

# Pure rules, presentation, widgets, and the core without its store: no test here starts a server
# or another Python. Half of its time it waits for Textual's pilot, so three processes take less than one.
QUICK := tests/orchestra_server/domain tests/orchestra_tui/presentation tests/orchestra_tui/widgets \
	tests/orchestra_core/process/test_file_lock.py tests/orchestra_core/store/test_keys.py \
	$(wildcard tests/orchestra_core/test_*.py)

# Keeps bytecode, whatever the shell says: a test process compiles all modules in two seconds, and
# every program that a test starts would compile its own again.
quick test: export PYTHONDONTWRITEBYTECODE :=
quick: setup
	$(BIN)/pytest -q -n 3 --hypothesis-profile quick $(QUICK)

# Few tests at a time for each process: the slow ones come first and are shared among all. In a new
# tree each of them would compile all tests: two compile one half each before.
HALF := tests/orchestra_server
REST := $(filter-out $(HALF) tests/support tests/__pycache__,$(patsubst %/,%,$(wildcard tests/*/)))
test: setup
	@test -d tests/__pycache__ || { $(BIN)/pytest -q --collect-only $(HALF) >/dev/null & \
		$(BIN)/pytest -q --collect-only $(REST) $(wildcard tests/test_*.py) >/dev/null; wait; }
	$(BIN)/pytest -n $(JOBS) --maxschedchunk 4

# The proofs in full form, which take far longer than the tests; PROOFS chooses.
proofs: export ORCHESTRA_PROOFS := full
proofs: setup
	$(BIN)/pytest -n $(JOBS) --timeout 0 $(or $(PROOFS),tests/proofs)

# Every process counts, the installed hook and launcher too; COVERED chooses tests. The figures are
# printed even where a test fails. A measured process takes half as long again and more.
coverage: export COVERAGE_FILE := $(CURDIR)/.coverage
coverage: setup
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m pytest -n $(JOBS) --maxschedchunk 4 --timeout 300 $(COVERED)
	$(BIN)/coverage combine --quiet 2>/dev/null
	rm -f .coverage.* # what a killed process did not finish writing
	$(BIN)/python -m tests.support.installed_coverage
	$(BIN)/coverage report

# Changes the modules whose faults would lose work, one change at a time, and lists what no test
# notices. MUTATED="git/repository domain" chooses; all of them take hours.
mutants: setup
	$(PIP) --group mutants
	nice -n 10 $(BIN)/python -m tests.support.mutants $(MUTATED)

bench: setup
	$(BIN)/python -m benchmarks $(BENCH)

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
	$(BIN)/python -m tests.support.gallery.render_screenshots

# The most telling scenes in every size and theme, to look at: build/gallery.
gallery: setup
	$(BIN)/python -m tests.support.gallery.render_screenshots --every-size build/gallery

snapshots: setup
	$(BIN)/pytest tests/orchestra_tui -n $(JOBS) --snapshot-update

# What the server answers before the SDK is imported; after a change of a tool's name or texts.
first-answers: setup
	$(BIN)/python -m tests.support.conductor.first_answers

clean:
	rm -rf $(VENV) build dist
