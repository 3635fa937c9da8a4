# Everything starts from nothing: python3, make and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DOJO := .venv-bench
FLOORS := .venv-floors
FRAMEWORKS := .venv-frameworks
SUITE := -q -n auto --timeout 300 --dist loadfile --no-loadscope-reorder -m 'not soak and not bench'
PROTOS := adapters/guard_adapters/front/gateways
PATHS := guard adapters tests bench docs examples

# Half the suite's processes run the house anew: without bytecode each of them would compile it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test quick check reading format lint types surface layers pages slowest floors frameworks soak bench bench-agentdojo bench-bfcl bench-fuzz bench-wrong-label docs pictures protos clean

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)  ## the main job: real servers, real effects, no network, no key
	@$(BIN)/guard demo $(ARGS)

test: $(STAMP)  ## the whole suite, real peers included
	$(BIN)/pytest $(SUITE) $(ARGS)

quick: $(STAMP)  ## pure tests only: the inner loop
	$(BIN)/pytest -q tests/guard tests/flow tests/architecture $(ARGS)

# The suite waits for its peers much of the time. What only reads the code fills it, and gives way.
check: $(STAMP)  ## the whole truth
	$(MAKE) --no-print-directory --jobs 3 reading test

reading: $(STAMP)
	@nice -n 15 $(MAKE) --no-print-directory --output-sync=target format lint types surface pages

format: $(STAMP)
	$(BIN)/ruff format --check $(PATHS)

lint: $(STAMP)
	$(BIN)/ruff check $(PATHS)

types: $(STAMP)
	$(BIN)/mypy

surface: .cache/surface  ## what users import, by a second type checker

# It remembers nothing of the last time, as the others do: the same files are the same answer.
.cache/surface: $(STAMP) $(shell find guard adapters/guard_adapters examples -not -path '*/__pycache__*')
	$(BIN)/pyright
	@mkdir -p $(@D) && touch $@

layers: $(STAMP)  # the suite has them, too, with what each of them catches
	$(BIN)/lint-imports

pages: $(STAMP)  # those that docs/generate.py makes are a test of their own
	$(BIN)/python bench/page.py --check

slowest: $(STAMP)  ## where the time of the suite goes
	$(BIN)/pytest $(SUITE) --durations 40 --durations-min 0.5 $(ARGS)

soak: $(STAMP)  ## heavy loops: kill -9, long properties, load
	GUARD_SOAK_RESULTS=bench/results/soak.json $(BIN)/pytest -m 'soak or hypothesis' --hypothesis-profile default $(ARGS)
	$(BIN)/python bench/page.py

bench: $(STAMP)  ## figures against the bars, as JSON in bench/results
	$(BIN)/python bench/run.py $(ARGS)
	$(BIN)/python bench/page.py

$(DOJO)/.installed: pyproject.toml
	@test -x $(DOJO)/bin/python || $(PYTHON) -m venv $(DOJO)
	@$(DOJO)/bin/python -m pip install --quiet --disable-pip-version-check --editable . agentdojo==0.1.35
	@touch $@

bench-agentdojo: $(STAMP) $(DOJO)/.installed  ## 77 tasks and 809 attacks, replayed without a model
	$(DOJO)/bin/python -m bench.agentdojo.adaptive --out bench/results/adaptive.json
	$(DOJO)/bin/python -m bench.agentdojo.run --out bench/results/agentdojo.json $(ARGS)
	$(BIN)/python bench/page.py

$(DOJO)/bfcl/.installed: $(DOJO)/.installed
	@$(DOJO)/bin/python -m pip install --quiet --disable-pip-version-check mpmath
	@$(DOJO)/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --dest $(DOJO)/bfcl bfcl-eval==2026.3.23
	@cd $(DOJO)/bfcl && ../bin/python -m zipfile -e bfcl_eval-2026.3.23-py3-none-any.whl .
	@touch $@

bench-bfcl: $(STAMP) $(DOJO)/bfcl/.installed  ## 200 harmless dialogues, every question is one too many
	$(DOJO)/bin/python -m bench.bfcl.run $(DOJO)/bfcl --out bench/results/bfcl.json $(ARGS)
	$(BIN)/python bench/page.py

bench-fuzz: $(STAMP) $(DOJO)/.installed  ## what the guard leaves open that nobody asked for
	$(DOJO)/bin/python -m bench.fuzz.run --out bench/results/fuzz.json $(ARGS)
	$(BIN)/python bench/page.py

bench-wrong-label: $(STAMP) $(DOJO)/.installed  ## the attacks again, with one wrong label at a time
	$(DOJO)/bin/python -m bench.agentdojo.wrong_label --out bench/results/wrong_label.json $(ARGS)
	$(BIN)/python bench/page.py

floors:  ## the suite on the oldest version of everything that pyproject.toml allows
	$(PYTHON) -m venv --clear $(FLOORS)
	$(FLOORS)/bin/python -m pip install --quiet --disable-pip-version-check uv
	@echo 'mcp>=2.3' > $(FLOORS)/spoken.txt  # 1.26 is for frameworks that pin it: `make frameworks`
	VIRTUAL_ENV=$(FLOORS) $(FLOORS)/bin/uv pip install --quiet --resolution lowest-direct --constraints $(FLOORS)/spoken.txt --editable '.[gateways,postgres,review,spiffe,valkey]'
	VIRTUAL_ENV=$(FLOORS) $(FLOORS)/bin/uv pip freeze --quiet --exclude-editable --exclude pip --exclude setuptools --exclude uv > $(FLOORS)/oldest.txt
	VIRTUAL_ENV=$(FLOORS) $(FLOORS)/bin/uv pip install --quiet --constraints $(FLOORS)/oldest.txt --editable '.[dev]'
	$(FLOORS)/bin/pytest $(SUITE) --ignore tests/test_wheel.py $(ARGS)

frameworks:  ## one contract in every framework, newest and oldest, in environments of their own
	$(PYTHON) -m venv --clear $(FRAMEWORKS)
	$(FRAMEWORKS)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(FRAMEWORKS)/bin/python tests/frameworks/lanes.py $(ARGS)

pictures: $(STAMP)  ## what docs/approve-a-call.md shows, taken of a running console
	$(BIN)/python -m tests.browser.pictures

protos: $(STAMP)  ## what the guard loads of the .proto of agentgateway
	$(BIN)/python -m grpc_tools.protoc -I $(PROTOS) --descriptor_set_out $(PROTOS)/ext_mcp.binpb ext_mcp.proto

docs: $(STAMP)  ## what docs generate from code
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) $(DOJO) $(FLOORS) $(FRAMEWORKS) .cache dist
