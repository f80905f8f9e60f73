# Everything is done in .venv of this checkout, made from the lock files with their hashes.
PYTHON ?= python3
# Processes that run tests; "auto" is one for each CPU.
WORKERS ?= auto

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-xen lint types screenshots faults docs bench bench-check wheel lock clean sshd

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## Try ovmtui on a simulated pool; needs no server
	@$(BIN)/ovmtui demo

test: $(DEV) sshd ## Run every test that needs no real Xen pool
	$(BIN)/python -m pytest -n $(WORKERS)

test-fast: $(DEV) ## Run the tests that start no other program, until the first failure
	$(BIN)/python -m pytest -x -q tests/config tests/plan \
		tests/toolstacks tests/runtime tests/architecture

test-xen: $(DEV) ## Run the tests against a real two-node Xen pool (see tests/xen)
	OVMTUI_XEN=1 $(BIN)/python -m pytest tests/xen

lint: $(DEV) ## Check style, format and the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(DEV) ## Check the types
	$(BIN)/mypy

screenshots: $(DEV) ## Paint the pictures of the documentation anew
	$(BIN)/python -m screenshots

faults: $(DEV) sshd ## Play every cell of the fault matrix and 200 random faults (10 minutes)
	@mkdir -p build && rm -f build/faults.jsonl
	OVMTUI_FAULTS=build/faults.jsonl $(BIN)/python -m pytest tests/faults -n $(WORKERS) -q
	$(BIN)/python -m docs.faults build/faults.jsonl

docs: $(DEV) ## Write the generated pages of docs/ anew
	$(BIN)/python -m docs

bench: $(DEV) sshd ## Measure what the performance contract speaks of (see docs/performance.md)
	$(BIN)/python -m benchmarks

bench-check: $(DEV) sshd ## Measure, and fail where the performance contract is not met
	$(BIN)/python -m benchmarks --check

wheel: $(DEV) ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

lock: $(DEV) ## Choose the newest allowed version of each dependency
	$(COMPILE) --build-deps-for wheel --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml

clean: ## Remove what was built, the virtual environment included
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache snapshot_report.html
	find ovmtui tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade \
	--generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host --no-emit-options
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

$(RUNTIME): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "ovmtui needs Python 3.11 or newer, and $(PYTHON) is not:" \
		"try make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

sshd:
	@PATH="$$PATH:/usr/sbin:/sbin"; \
	if command -v sshd >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq --no-install-recommends openssh-server >/dev/null; \
	else \
		echo "The tests need OpenSSH's server: install it with" \
			"'sudo apt-get install openssh-server' (or 'sudo dnf install openssh-server')" >&2; \
		exit 1; \
	fi
