# Palomar. `make demo` shows it, `make test` proves it; both need Python 3.11 or later, and make their own .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check generate bench clean

demo: .venv/ready
	@$(BIN)/palomar demo

test: .venv/ready
	@$(BIN)/pytest

check: .venv/ready
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m proto.compile --check

bench: .venv/ready
	@$(BIN)/python -m bench --table

generate: .venv/ready
	@$(BIN)/python -m proto.compile

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Palomar needs Python 3.11 or later" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv (once, about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

clean:
	rm -rf .venv build *.egg-info
