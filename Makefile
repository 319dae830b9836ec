# Everything starts here: `make run` for the product, `make test` for the suite.
# Nothing is assumed but make and Python 3.11 or newer with venv.

PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python manage.py
# Arguments for the program behind a target: make run ARGS="--port 9000"
ARGS ?=
WORKERS ?= 2

.PHONY: help env env-dev run demo test lint soak bench clean

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

# A stamp holds the hash of the lock, so that an unchanged environment costs nothing.
define prepare
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed as $(PYTHON) (Debian package python3), or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv is missing: install the Debian package python3-venv."; exit 1; }
	@stamp="$(1) $$($(PYTHON) -c 'import hashlib, sys; print(sys.version_info[:2], hashlib.sha256(open("$(1)", "rb").read()).hexdigest())')"; \
	if [ "$$(cat .venv/.stamp-$(1) 2>/dev/null)" != "$$stamp" ] || [ ! -x $(BIN)/python ]; then \
	  echo "environment: installing $(1) into .venv"; \
	  $(PYTHON) -m venv .venv \
	  && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(1) \
	  && echo "$$stamp" > .venv/.stamp-$(1); \
	fi
endef

env:  ## Prepare .venv with what the product needs
	$(call prepare,requirements.lock)

env-dev: env  ## Prepare .venv with what tests and checks need besides
	$(call prepare,requirements-dev.lock)

run: env  ## Start everything; Ctrl-C stops it and keeps the data
	@exec $(RUN) up $(ARGS)

demo: env  ## Load the demo into the running copy
	@$(RUN) load_demo $(ARGS)

test: env-dev  ## Run the suite on services of its own: make test ARGS="tests/sla -k pause"
	@command -v chromium >/dev/null || [ -n "$$REQUIRE_BROWSER" ] \
	  || echo "Chromium is missing (Debian package chromium): the browser tests are skipped."
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not soak" $(ARGS)

lint: env-dev  ## Check format, layers, types, templates, migrations and that the tests import
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	SMARKETING_NO_SERVICES=1 $(BIN)/mypy .
	git ls-files -z -- 'templates/*.html' | xargs -0r $(BIN)/djade --target-version 5.2 --check
	SMARKETING_NO_SERVICES=1 $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@found="$$($(BIN)/python -m pytest --collect-only -qq --assert=plain 2>&1)" || { echo "$$found"; exit 1; }

soak: env-dev  ## The long random and fault runs, new ones each time: make soak SOAK=20 SEED=1
	@SOAK=$${SOAK:-20} $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "soak or not soak" $(ARGS)

bench: env-dev  ## Measure; prints figures and checks none
	@for part in benchmarks/bench_*.py; do echo "== $$part"; $(BIN)/python $$part $(ARGS) || exit 1; done

clean:  ## Remove the environment and caches; the data in .data stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
