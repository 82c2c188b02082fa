# What can be done here: `make help`. Nothing but python3 (3.11 to 3.13), python3-venv, make and git is needed.
PYTHON ?= python3
VENV := .venv/bin/python
BUILD = @command -v $(PYTHON) >/dev/null || { echo "Python 3 is missing: install python3 and python3-venv." >&2; exit 1; }; \
	$(PYTHON) embedded/environment.py

.DEFAULT_GOAL := help
.PHONY: help demo serve up down test lint messages lock bench verify-full clean environment environment-dev

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

demo: environment ## load, rate and show the demo county, then serve the portal (PORT=8000; STAGE=review, notice or confirmed)
	@exec $(VENV) -m embedded demo

serve: environment ## serve the portal over your own data (PORT=8000)
	@exec $(VENV) -m embedded serve

up: environment ## start PostgreSQL, Valkey, a worker and beat in the background, migrated
	@exec $(VENV) -m embedded up

down: ## stop what `make up` (or `make demo`) started
	@[ ! -x $(VENV) ] || exec $(VENV) -m embedded down

clean: ## stop everything and forget all data under var/
	@[ ! -x $(VENV) ] || exec $(VENV) -m embedded clean

test: lint ## lint, import contracts, migrations, translations and the whole suite on servers of its own
	@exec $(VENV) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: environment-dev ## ruff, djlint and the import contracts
	@.venv/bin/ruff check .
	@.venv/bin/djlint templates --lint --quiet
	@.venv/bin/lint-imports --no-logo

messages: environment-dev ## collect the English messages and compile the Chinese catalogue
	@SECRET_KEY=none DATABASE_URL=postgres://none REDIS_URL=redis://none exec $(VENV) manage.py messages  # opens no connection

bench: environment-dev ## measure speed and memory (bench/README.md); writes bench/results/
	@exec $(VENV) -m bench $(ARGS)

verify-full: environment-dev ## the long proofs too: minutes to an hour
	@exec $(VENV) -m pytest -m "full or not full" $(ARGS)

lock: ## choose package versions anew and write requirements/*.txt (needs uv)
	@requirements/lock

environment: # .venv with what running needs
	$(BUILD) embedded

environment-dev: # .venv with what checking needs too
	$(BUILD) dev
