# Everything a checkout needs is made here; Python 3.11 or later and make are all it asks for.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --disable-pip-version-check
ATTACKS := .venv-attacks
PEERS  := .venv-peers
UV     := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
          --no-emit-find-links --no-header --python-version 3.11 pyproject.toml
# Kinds of low severity are left to ruff, whose rules S are the same: each exception has its line.
BANDIT := $(BIN)/bandit --quiet --recursive --severity-level medium src migrations
# A lock has no graph of dependencies, of which the program warns.
SBOM   := PYTHONWARNINGS=ignore::UserWarning $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON

.DEFAULT_GOAL := help
.PHONY: help run test audit check lint drafting openapi bench attacks lock sbom clean

help: ## say what each target does
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

$(VENV)/service: requirements-build.lock requirements-run.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dressform needs Python 3.11 or later: make PYTHON=python3.x …")'
	@echo "Installing what the service needs into $(VENV), about a minute …"
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements-build.lock
	$(PIP) --require-hashes --no-build-isolation -r requirements-run.lock
	$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/ready: $(VENV)/service requirements-dev.lock
	@echo "Installing what the tests and checks need as well: another minute …"
	$(PIP) --require-hashes --no-build-isolation -r requirements-dev.lock
	@touch $@

run: $(VENV)/service ## set everything up and run the service
	@exec $(BIN)/dressform up

test: $(VENV)/ready check ## check the code and pass all the tests, on a real PostgreSQL
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory drafting; \
	else echo "no pattern will be drafted from a model: Node.js is not installed here"; fi
	$(BIN)/pytest -n 2 --dist worksteal

audit: $(VENV)/ready ## attack and measure at size, which takes some minutes more
	$(BIN)/pytest -n 2 --dist worksteal -m audit

check: $(VENV)/ready ## lint, types, layers, and whether generated files are fresh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@# It warns of each line in whose statement only a part is excepted, so it is silent unless it fails.
	@$(BANDIT) 2> /dev/null || $(BANDIT)
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory lint; \
	else echo "openapi.yaml was not linted: Node.js is not installed here"; fi

lint: tools/node_modules/.package-lock.json ## lint openapi.yaml with Spectral and Redocly, which need Node.js
	cd tools && node_modules/.bin/spectral lint --fail-severity hint --ruleset spectral.yaml ../openapi.yaml
	cd tools && REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true node_modules/.bin/redocly lint --config redocly.yaml ../openapi.yaml

drafting: tests/drafting/node_modules/.package-lock.json ## install what drafts patterns in the tests, which needs Node.js

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

openapi: $(VENV)/ready ## write openapi.yaml and the README's table anew
	$(BIN)/python -m tests.tools.generate

bench: $(VENV)/ready $(PEERS)/ready ## measure every operation and more, and compare within the same run
	$(BIN)/python -m tests.bench.operations
	$(BIN)/python -m tests.bench.access_log
	$(BIN)/python -m tests.bench.models
	$(BIN)/python -m tests.bench.retention
	$(BIN)/python -m tests.bench.deletions
	$(BIN)/python -m tests.bench.dataset

$(PEERS)/ready: tests/bench/peers/requirements.lock
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r $<
	@touch $@

$(ATTACKS)/ready: tests/attacks/requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 13) and "anonymeter needs Python 3.11 or 3.12: make PYTHON=python3.12 attacks")'
	$(PYTHON) -m venv $(ATTACKS)
	$(ATTACKS)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r $<
	@touch $@

attacks: $(VENV)/ready $(ATTACKS)/ready ## attack an edition, and what is usual instead, with simulated people
	$(BIN)/python -m tests.attacks.own_attacks $(ATTACKS)/people
	$(ATTACKS)/bin/python -m tests.attacks.with_anonymeter $(ATTACKS)/people

lock: $(VENV)/ready ## pin all dependencies anew
	$(UV) -o requirements.lock
	$(UV) --extra embedded --extra opendata --extra dev -c requirements.lock -o requirements-dev.lock
	$(UV) --extra embedded -c requirements-dev.lock -o requirements-run.lock
	$(UV) --extra opendata -c requirements-dev.lock -o requirements-opendata.lock
	$(subst pyproject.toml,tests/attacks/requirements.in,$(UV)) -o tests/attacks/requirements.lock
	$(subst pyproject.toml,tests/bench/peers/requirements.in,$(UV)) -o tests/bench/peers/requirements.lock
	printf '%s\n' editables hatchling setuptools | $(subst pyproject.toml,-,$(UV)) -c requirements-dev.lock -o requirements-build.lock

sbom: $(VENV)/ready ## write the bill of materials of the pinned packages, as CycloneDX, into dist/
	@mkdir -p dist
	$(SBOM) -o dist/dressform.cdx.json requirements.lock
	$(SBOM) -o dist/dressform-opendata.cdx.json requirements-opendata.lock

clean: ## remove what make made; the state folder var/ stays
	rm -rf $(VENV) $(ATTACKS) $(PEERS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis tools/node_modules tests/drafting/node_modules dist
