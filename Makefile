# make demo       check the example company and write its report
# make test       lint, types, import contracts, all tests except the long ones     make test-slow  the long ones
# make site       build the documentation as a website in site/                     make sample     write the sample reports of docs/sample
# make docs       write the pages of docs/rules                                     make schemas    write the JSON Schemas of rules/
# make bench      measure speed and size (BENCH="--sizes small --rounds 1" for a quick look)
# make fuzz       read files changed at random (SECONDS=60 SEED=1)                    make silent-pass  take evidence away at random (MUTATIONS=2000)
# make clean      remove everything these commands made
PYTHON ?= python3

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# One process per core; a process that is done takes over tests from the others.
PYTEST := $(BIN)/python -m pytest -q -n logical --dist worksteal
REPORT := demo/report.html
SECONDS ?= 60
MUTATIONS ?= 2000
SEED ?= 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-slow docs sample site bench measure fuzz silent-pass schemas clean

help:
	@sed -n 's/^# make/make/p' Makefile

demo: $(VENV)/.installed
	@mkdir -p $(dir $(REPORT))
	@$(BIN)/exportready check examples/not-ready --at 2026-11-20T18:00:00-07:00 --fail-on never --allow-unknown \
		--no-progress -o console -o console:demo/report.txt -o html:$(REPORT)
	@printf '\nVerdict: %s\nReport:  %s\n' "$$(sed 's/ - .*//;q' demo/report.txt)" "$(REPORT)"

test: $(VENV)/.installed-dev $(VENV)/.browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -m 'not slow'

test-slow: $(VENV)/.installed-dev $(VENV)/.installed-site $(VENV)/.browser
	$(PYTEST) -m slow --hypothesis-profile=thorough

docs: $(VENV)/.installed
	$(BIN)/exportready rules docs docs/rules

sample: $(VENV)/.installed
	$(BIN)/python examples/sample.py

# -W: a broken link, or a page that no table of contents lists, is an error (docs/decisions/site.md).
site: $(VENV)/.installed-site
	$(BIN)/python -m sphinx -W --keep-going -q -c docs . site
	@printf 'Open site/index.html\n'

# In its own virtual environment, so that the tools we compare with don't affect the tests.
bench:
	@$(MAKE) --no-print-directory VENV=$(VENV)/bench $(VENV)/bench/.installed-bench
	@$(MAKE) --no-print-directory VENV=$(VENV)/bench measure

measure: $(VENV)/.installed-node
	$(BIN)/python -m benchmarks.run $(BENCH)

fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m fuzz --seconds $(SECONDS) --seed $(SEED)

silent-pass: $(VENV)/.installed-dev
	$(BIN)/python -m fuzz.silent_pass --mutations $(MUTATIONS) --seed $(SEED)

$(VENV)/.installed-node: benchmarks/peers/package.json
	cp benchmarks/peers/package.json $(VENV)
	npm install --prefix $(VENV) --no-audit --no-fund --silent
	@touch $@

schemas: $(VENV)/.installed
	for name in rule inference config waivers account result; do \
		$(BIN)/exportready schema $$name > rules/$$name.schema.json.new && \
		mv rules/$$name.schema.json.new rules/$$name.schema.json || exit 1; \
	done

# Reports are tested in a real browser: one that is installed, else the system's package, else the one from Playwright.
$(VENV)/.browser: $(VENV)/.installed-dev
	@PYTHON=$(BIN)/python sh tests/browser/install.sh
	@touch $@

clean:
	rm -rf $(VENV) demo site dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment is created once; its content follows pyproject.toml. The package itself is installed
# in editable mode, so changes to code, rules and templates need no new installation.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "ExportReady needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing)." \
			"Choose another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	$(PIP) --editable '.[app]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.made pyproject.toml
	$(PIP) --editable '.[dev,app]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-site: $(VENV)/.made pyproject.toml
	$(PIP) --editable '.[site]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: $(VENV)/.made pyproject.toml
	$(PIP) --editable '.[bench]'
	@touch $@ $(VENV)/.installed
