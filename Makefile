# Everything a person does here. `make` alone explains. Another Python: make PYTHON=python3.12 ...
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-deep coverage mutants lint types sbom audit bench browser chapter docs sample format constraints clean

BIN := .venv/bin

help: ## list these tasks
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: environment-run environment-dev chromium
environment-run environment-dev:
	@sh tools/environment.sh $(@:environment-%=%)

# The browser, and a library that the program driving it needs and Debian's browser does not bring.
chromium: environment-dev
	@missing=; for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && break; done || missing=chromium; \
	$(BIN)/playwright --version >/dev/null 2>&1 || missing="$$missing libatomic1"; \
	[ -z "$$missing" ] || sh tools/apt.sh "the browser tests, skipped until then" $$missing || true

demo: environment-run ## sample homes, accounts and the application in the browser; another port: make demo PORT=8010
	@$(BIN)/pebem demo $(if $(PORT),--port $(PORT))

# Which kind of test is which, and what `slow` means: docs/testing.md.
FAST := -n 2 -m 'not slow and not deep' tests/rules tests/pebem tests/importers tests/guards --ignore=tests/guards/application
test: environment-dev chromium ## everything that must hold, with lint, types and import directions
	$(MAKE) --no-print-directory lint types
	$(BIN)/pytest -n 4

test-fast: environment-dev ## the loop while you write: rules, engine, importers, guards, in under a minute
	$(BIN)/pytest $(FAST)

coverage: environment-dev ## lines of rules, engine and importers that the tests of test-fast do not run
	$(BIN)/pytest $(FAST) --cov=rules --cov=pebem --cov=importers --cov-report=term-missing

test-deep: environment-dev ## slow, thorough checks: many more random homes and states
	$(BIN)/pytest -n 2 -m deep

mutants: environment-dev ## small, wrong changes of what differs from main: which of them does no test see?
	$(BIN)/python tools/mutants.py

lint: environment-dev ## style, formatting, direction of imports, YAML, Markdown, secrets
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/yamllint --strict .
	$(BIN)/python tools/tidy.py
	$(BIN)/python tools/find_secrets.py

types: environment-dev ## type checks, strict in rules and pebem
	$(BIN)/mypy

sbom: environment-dev ## what an installation is made of, as CycloneDX, in build/sbom.json
	@$(BIN)/python tools/sbom.py build/sbom.json

audit: sbom ## known weaknesses of that; offline with a clone of pypa/advisory-database: make audit ADVISORIES=folder
	@$(BIN)/python tools/audit.py build/sbom.json $(if $(ADVISORIES),--advisories $(ADVISORIES))

format: environment-dev ## mend what can be mended by machine
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: environment-dev ## speed as ratios: kernel, whole path, rulebook
	$(BIN)/pebem bench

browser: environment-dev chromium ## walk the pages in Chromium, screenshots into build/screenshots
	$(BIN)/pytest tests/browser

chapter: environment-run ## the handbook's chapter of cases, from the files of the cases
	$(BIN)/pebem rules cases rekonstruktion > chapter.new && mv chapter.new docs/handbuch-faelle.md

docs: environment-dev chromium chapter ## that chapter, and the pictures of README and handbook from the running application
	$(BIN)/python tools/screenshots.py

sample: environment-run ## a synthetic home as workbook, in build/sample
	$(BIN)/pebem sample build/sample --homes 1 --residents 24 --months 1 --seed 1

constraints: environment-dev ## write the versions in use to constraints.txt
	sh tools/constraints.sh $(BIN)/pip > constraints.new && mv constraints.new constraints.txt

clean: ## remove the environment and everything built
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
