# One command for everything; needs only git, make and Python >= 3.11 with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TOOLS := .venv-tools

.PHONY: ruff-rules demo test oracle browser check lint format docs docs-check lock install clean wheel-test self-check

$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

install: $(STAMP)

demo: $(STAMP)
	$(BIN)/muster demo

test: $(STAMP)
	$(BIN)/python -m pytest -q -n auto -m "not oracle and not browser"

# The real tools stand in an environment of their own: they are witnesses, not parts.
$(TOOLS)/.installed: requirements/oracle.txt requirements/oracle-oldest.txt
	$(PYTHON) -m venv $(TOOLS) $(TOOLS)/oldest
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/oracle.txt
	$(TOOLS)/oldest/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/oracle-oldest.txt
	touch $@

oracle: $(STAMP) $(TOOLS)/.installed
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" MUSTER_TEST_UVS="$(CURDIR)/$(TOOLS)/oldest/bin/uv:$(CURDIR)/$(TOOLS)/bin/uv" \
		$(BIN)/python -m pytest -q -n auto -m oracle

# The report in a headless Chromium, if there is one; axe-core judges its accessibility, if npm can bring it. Never a part of the package.
AXE := $(TOOLS)/node_modules/axe-core/axe.min.js
$(AXE):
	-npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix $(TOOLS) axe-core@4.14.1

browser: $(STAMP) $(AXE)
	AXE_CORE="$(CURDIR)/$(AXE)" $(BIN)/python -m pytest -q -m browser tests/reports/browser

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint test oracle wheel-test self-check

# Muster passes its own muster.
self-check: $(STAMP)
	$(BIN)/muster check .

# The wheel holds three packages and nothing else, and works from a folder that has a `rules` package of its own.
wheel-test: $(STAMP)
	$(BIN)/python .ci/wheel_test.py

# After an update of Ruff: what it can check.
ruff-rules: $(STAMP)
	$(BIN)/python .ci/ruff_rules.py

docs: $(STAMP)
	$(BIN)/muster rules --format md --output docs/rules.md

# The lock names no index host: it works with whatever index the machine is set up for.
lock: $(STAMP)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group dev --output-file requirements/dev.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --output-file requirements/oracle.txt requirements/oracle.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --output-file requirements/oracle-oldest.txt requirements/oracle-oldest.in

clean:
	rm -rf $(VENV) $(TOOLS) demo-fleet .mypy_cache .ruff_cache .pytest_cache .hypothesis
