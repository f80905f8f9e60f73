# Everything is done in .venv of this checkout, made from the lock files with their hashes.
PYTHON ?= python3
# Processes that run tests: two for each CPU, since most of them wait for others half of their time.
WORKERS ?= $(shell expr 2 '*' $$(getconf _NPROCESSORS_ONLN))

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
TOOLS := build/tools
RELEASE := $(TOOLS)/.release
BARE := build/bare

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-pythons test-xen test-xen-smoke lint types screenshots \
	faults fuzz docs bench bench-check wheel dist zipapp sbom audit lock clean sshd sudo

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## Try ovmtui on a simulated pool; needs no server
	@$(BIN)/ovmtui demo

test: $(DEV) sshd sudo ## Run every test that needs no real Xen pool
	$(BIN)/python -m pytest -n $(WORKERS)

test-fast: $(DEV) ## Run the tests that start no other program, until the first failure
	$(BIN)/python -m pytest -x -q tests/config tests/plan \
		tests/toolstacks tests/runtime tests/architecture

test-xen: $(DEV) ## Run the tests against a real two-node Xen pool (see tests/xen)
	OVMTUI_XEN=1 $(BIN)/python -m pytest tests/xen; code=$$?; \
	$(BIN)/python -m docs.xen build/xen && exit $$code

test-xen-smoke: $(DEV) ## Start, move and stop one machine there, where a pool can be had
	tests/xen/smoke.sh $(BIN)/python

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

fuzz: $(DEV) ## Feed a million damaged and hostile inputs to every parser (some minutes)
	$(BIN)/python -m tests.fuzz --inputs 1000000

docs: $(DEV) ## Write the generated pages of docs/ anew
	$(BIN)/python -m docs

bench: $(DEV) sshd ## Measure what the performance contract speaks of (see docs/performance.md)
	$(BIN)/python -m benchmarks

bench-check: $(DEV) sshd ## Measure, and fail where the performance contract is not met
	$(BIN)/python -m benchmarks --check

test-pythons: ## Run the tests with every Python that is found, or that PYTHONS names
	@PYTHON=$(PYTHON) WORKERS=$(WORKERS) .ci/pythons $(PYTHONS)

wheel: $(DEV) ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

dist: $(DEV) ## Build the source archive, and the wheel from it, into dist/
	$(BIN)/python -m build --no-isolation

zipapp: $(RELEASE) wheel ## Build one file for jump hosts into dist/ (for another Python: FOR=3.12)
	rm -rf build/zipapp
	$(PIP) --require-hashes --target build/zipapp $(and $(FOR),--python-version $(FOR)) \
		--only-binary :all: -r requirements.lock
	$(PIP) --no-deps --target build/zipapp dist/ovmtui-*.whl
	$(TOOLS)/bin/shiv --site-packages build/zipapp --compressed --reproducible \
		--extend-pythonpath --entry-point ovmtui.cli.main:main \
		--python '/usr/bin/env python$(or $(FOR),3)' --output-file dist/ovmtui.pyz
	$(if $(FOR),,SHIV_ROOT=build/shiv $(BIN)/python dist/ovmtui.pyz demo --check)

sbom: $(RELEASE) $(BARE) ## Write the list of all that is in an installation (CycloneDX) into dist/
	@mkdir -p dist
	$(TOOLS)/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-format JSON --output-file dist/ovmtui.cdx.json \
		$(BARE)/bin/python
	@echo "written: dist/ovmtui.cdx.json"

# A package that the service does not know is no package without weaknesses: hence --strict.
audit: $(RELEASE) ## Ask for known weaknesses of what is locked (needs the network)
	@$(TOOLS)/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off \
		-r requirements.lock 2> build/audit.txt; ended=$$?; tail -n 1 build/audit.txt >&2; \
	grep -q 'nown vulnerabilit' build/audit.txt && exit $$ended; \
	echo "NOT AUDITED: the service of known weaknesses cannot be asked from here;" \
		"nothing is known of them" >&2; exit 2

lock: $(DEV) ## Choose the newest allowed version of each dependency
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --only-build-deps --build-deps-for wheel --constraint requirements.lock \
		--output-file requirements-build.lock pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --extra release --constraint requirements.lock \
		--output-file requirements-release.lock pyproject.toml

clean: ## Remove what was built, the virtual environment included
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache snapshot_report.html
	find ovmtui tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade \
	--generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host --no-emit-options
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

$(RUNTIME): requirements.lock requirements-build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "ovmtui needs Python 3.11 or newer, and $(PYTHON) is not:" \
		"try make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) --require-hashes -r requirements.lock -r requirements-build.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# Tools that check and pack a release.
$(RELEASE): requirements-release.lock
	$(PYTHON) -m venv --clear $(TOOLS)
	$(TOOLS)/bin/python -m pip --disable-pip-version-check install --quiet \
		--require-hashes -r requirements-release.lock
	@touch $@

# What a user has: ovmtui and what it needs to run.
$(BARE): requirements.lock pyproject.toml $(DEV)
	$(PYTHON) -m venv --clear $(BARE)
	$(BARE)/bin/python -m pip --disable-pip-version-check install --quiet \
		--require-hashes -r requirements.lock
	$(BARE)/bin/python -m pip uninstall --quiet --yes pip setuptools
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

# Only root can make up the users that sudo is tested with; nobody else misses it.
sudo:
	@PATH="$$PATH:/usr/sbin:/sbin"; \
	if [ "$$(id -u)" != 0 ] || command -v sudo >/dev/null; then exit 0; fi; \
	if command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq --no-install-recommends sudo >/dev/null; \
	else \
		echo "The tests of sudo are skipped: install it to run them" >&2; \
	fi
