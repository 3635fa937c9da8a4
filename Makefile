# Everything starts from nothing: python3, make and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PATHS := guard adapters tests bench docs examples

.PHONY: demo test quick check soak bench docs clean

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)  ## the main job: real servers, real effects, no network, no key
	@$(BIN)/guard demo $(ARGS)

test: $(STAMP)  ## the whole suite, real peers included
	$(BIN)/pytest -q -n auto --dist loadgroup -m 'not soak and not bench' $(ARGS)

quick: $(STAMP)  ## pure tests only: the inner loop
	$(BIN)/pytest -q tests/guard tests/flow tests/architecture $(ARGS)

check: $(STAMP)  ## the whole truth
	$(BIN)/ruff format --check $(PATHS)
	$(BIN)/ruff check $(PATHS)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(MAKE) test

soak: $(STAMP)  ## heavy loops: kill -9, long properties, load
	$(BIN)/pytest -m soak $(ARGS)

bench: $(STAMP)  ## figures against the bars, as JSON in bench/results
	$(BIN)/python bench/run.py $(ARGS)

docs: $(STAMP)  ## what docs generate from code
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) .cache dist
