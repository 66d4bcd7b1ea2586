# Popscope: `make` lists what there is to do.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test check lint bench format words docs lock servers
.DELETE_ON_ERROR:

# Whatever the surroundings say: pytest rewrites each file of tests, once or at every run.
unexport PYTHONDONTWRITEBYTECODE

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-8s %s\n' "$$name" "$$what"; done

demo: $(VENV)/.runtime ## start Popscope with a demo mailbox (HOST=127.0.0.1 PORT=8000)
	@exec $(PY) -m app demo --host $(HOST) --port $(PORT)

test: $(VENV)/.dev servers ## run every test; ARGS="tests/pop3 -x" for some
	$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: lint ## lint, and the tests that need no server, no browser and little time
	$(PY) -m pytest -n auto --dist loadfile -m "not interop and not browser and not heavy" $(ARGS)

lint: $(VENV)/.dev docs ## ruff, formatting, mypy, import contracts, the manual's links
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

docs: $(VENV)/.dev ## build the manual into build/docs; a broken link is an error
	@NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict

bench: $(VENV)/.dev servers ## measure against a real Dovecot, poplib beside it
	$(PY) -m tests.bench

format: $(VENV)/.dev ## let ruff put the source into shape
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

words: $(VENV)/.dev ## collect every word people see into app/locale, for translators
	@pot=$$(mktemp) && trap 'rm -f "$$pot"' EXIT && \
	$(VENV)/bin/pybabel --quiet extract --mapping pyproject.toml --keyword NN_:1,2 --no-location \
		--sort-output --output "$$pot" . && \
	$(VENV)/bin/pybabel --quiet update --domain popscope --input-file "$$pot" --output-dir app/locale \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100

lock: ## resolve pyproject.toml into .ci/requirements*.txt again (needs uv)
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" .ci/lock

# The servers that tests talk to, where they can be had: Debian, as root. Elsewhere those tests skip.
servers:
	@.ci/install-test-servers

# Stamps: what is installed is installed again only when its list of versions changes.

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Popscope needs Python 3.11 or newer, as $(PYTHON): try 'make PYTHON=python3.12 ...'." >&2; \
		exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make a virtual environment: on Debian, install python3-venv." >&2; \
		exit 1; }

$(VENV)/.runtime: .ci/requirements.txt pyproject.toml | $(PY)
	@echo "Installing what Popscope needs into $(VENV) ..."
	@$(PIP) install --require-hashes -r .ci/requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: .ci/requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what its tests need into $(VENV) ..."
	@$(PIP) install --require-hashes -r .ci/requirements-dev.txt
	@touch $@
