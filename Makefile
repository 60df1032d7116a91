# Everything a person does here. `make` alone explains.
.DEFAULT_GOAL := help
.PHONY: help demo test test-deep mutants lint types bench browser chapter docs sample format constraints clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHROMIUM := $(shell command -v chromium || command -v chromium-browser)

help: ## list these habits
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); sh tools/apt.sh python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/run: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet --editable . --constraint constraints.txt
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet --editable '.[dev]' --constraint constraints.txt
	@touch $@ $(VENV)/run

demo: $(VENV)/run ## sample homes, accounts and the application in the browser
	$(BIN)/pebem demo

test: $(VENV)/dev chromium ## everything that must hold, with lint, types and import directions
	$(MAKE) --no-print-directory lint types
	$(BIN)/pytest -n 4

test-deep: $(VENV)/dev ## slow, thorough checks: many more random homes and states
	$(BIN)/pytest -m deep

mutants: $(VENV)/dev ## small, wrong changes of what differs from main: which of them does no test see?
	$(BIN)/python tools/mutants.py

lint: $(VENV)/dev ## style, formatting, direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache

types: $(VENV)/dev ## type checks, strict in rules and pebem
	$(BIN)/mypy

format: $(VENV)/dev ## mend what can be mended by machine
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/dev ## speed as ratios: kernel, whole path, rulebook
	$(BIN)/pebem bench

browser: $(VENV)/dev chromium ## walk the pages in Chromium, screenshots into build/screenshots
	$(BIN)/pytest tests/browser

chapter: $(VENV)/run ## the handbook's chapter of cases, from the files of the cases
	$(BIN)/pebem rules cases rekonstruktion > chapter.new && mv chapter.new docs/handbuch-faelle.md

docs: $(VENV)/dev chromium chapter ## that chapter, and the pictures of README and handbook from the running application
	$(BIN)/python tools/screenshots.py

sample: $(VENV)/run ## a synthetic home as workbook, in build/sample
	$(BIN)/pebem sample build/sample --homes 1 --residents 24 --months 1 --seed 1

constraints: $(VENV)/dev ## write the versions in use to constraints.txt
	sh tools/constraints.sh $(BIN)/pip > constraints.new && mv constraints.new constraints.txt

clean: ## remove the environment and everything built
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache

.PHONY: chromium
chromium:
ifeq ($(CHROMIUM),)
	@sh tools/apt.sh chromium || echo "Chromium is missing and cannot be installed: the browser tests will be skipped."
endif
