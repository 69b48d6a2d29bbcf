# Everything starts here; no virtual environment has to be activated, no variable set.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check bench deep words lock screenshots

PORT ?= 8000
ONLY ?=
PYTHON := .venv/bin/python
# What the type checker needs to read the settings; no service ever runs with it.
CHECK_ENV := UNDERCITY_SECRET_KEY=only-for-reading-the-settings-while-checking UNDERCITY_VAR=var/check

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

run: ## Set up what is missing and serve on PORT (8000), with the sample city and a worker
	@PORT=$(PORT) tools/run.sh

test: ## Every test, on SQLite and on PostgreSQL (ARGS="-k name" narrows)
	@tools/venv.sh dev
	@$(PYTHON) tools/suites.py $(ARGS)

check: ## Style, types, floors, house rules
	@tools/venv.sh dev
	@$(PYTHON) -m ruff check .
	@$(CHECK_ENV) $(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(PYTHON) tools/house.py
	@$(CHECK_ENV) $(PYTHON) tools/words.py --check

bench: ## Benchmarks; ONLY=intake runs one. Figures go to benchmarks/results/
	@tools/venv.sh dev
	@$(PYTHON) tools/bench.py $(ONLY)

deep: ## The long proofs in full, on both databases; reports go to benchmarks/results/deep/
	@tools/venv.sh dev
	@UNDERCITY_DEEP=1 $(PYTHON) tools/suites.py --one-by-one --report benchmarks/results/deep -m deep $(ARGS)

screenshots: ## Pictures of the pages for docs/screenshots/; ONLY=portal takes one page
	@tools/venv.sh dev
	@ONLY="$(ONLY)" $(PYTHON) tools/screenshots.py

words: ## Bring the catalogue of interface words in step with the code
	@tools/venv.sh dev
	@$(CHECK_ENV) $(PYTHON) tools/words.py

lock: ## Bring both locks in step with pyproject.toml
	@tools/venv.sh dev
	@tools/lock.sh
