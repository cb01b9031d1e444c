# Everything a machine with Python 3.11 or newer needs: `make run`, then open the address it prints.
# Settings are environment variables or words after make: `make run PORT=9000 VAR_DIR=/srv/shop`.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Arguments for pytest, as in `make test PYTEST_ARGS="-k orders"`.
PYTEST_ARGS ?=
# Arguments for the benchmarks, as in `make bench BENCH_ARGS=store_page BASELINE=/srv/peer`.
BENCH_ARGS ?=
# Arguments for the resolver, as in `make lock LOCK_ARGS=--upgrade`.
LOCK_ARGS ?=

# The first of these that is new enough and can make virtual environments; PYTHON=... names another.
PYTHONS := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)
SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
python = $(shell for python in $(PYTHONS); do \
	"$$python" -c '$(SUITABLE)' 2>/dev/null && echo "$$python" && break; done)

# A virtual environment remembers where it was made: one that was moved, that lost its Python or
# that was never finished (pip names its installer last) is made anew.
ADOPTABLE := import importlib.metadata, pathlib, sys; sys.exit(sys.version_info < (3, 11) \
	or importlib.metadata.distribution("pip").read_text("INSTALLER") is None \
	or str(pathlib.Path(".venv").absolute()) not in pathlib.Path(".venv/bin/activate").read_text())
$(shell [ "$$(cat .venv/made 2>/dev/null)" = "$$(pwd -P)" ] \
	&& .venv/bin/python -c '' 2>/dev/null || rm -f .venv/made)

PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check
LOCKED := --require-hashes --no-deps --only-binary :all:
OURSELVES := --no-deps --no-build-isolation --editable .

# uv does in two seconds what takes pip half a minute. It reads no pip configuration, so where it
# cannot reach the packages pip fetches them: the hashes decide what is installed, not the road.
# What runs is compiled ahead, for machines that are told to keep no bytecode.
# A stamp is written last of all: what was interrupted is taken up again the next time.
define install
	@echo "Installing what $(1) names into .venv ..."
	@{ $(PIP) $(LOCKED) --requirement requirements/installer.lock \
		&& .venv/bin/uv pip install --quiet --python .venv/bin/python $(LOCKED) $(2) --requirement $(1) \
		&& .venv/bin/uv pip install --quiet --python .venv/bin/python $(OURSELVES); } \
	|| { echo "That did not work; trying once more with pip alone ..." \
		&& $(PIP) $(LOCKED) --requirement $(1) && $(PIP) $(OURSELVES); }
	@touch $@
endef

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# Something to look at is made at the first start, unless DEMO or another database is asked for.
ifeq ($(DEMO)$(value DATABASE_URL)$(shell grep -sE '^ *(export +)?(DEMO|DATABASE_URL)=.' .env),)
run: export DEMO := 1
endif
run: .venv/run ## Start the whole marketplace on this machine (HOST, PORT, VAR_DIR, DEMO)
	@exec .venv/bin/marketplace serve

test: .venv/dev ## Run every test (PYTEST_ARGS)
	@.venv/bin/python -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

chaos: .venv/dev ## Break everything, and see that nothing is lost (SEED, SECONDS; five minutes)
	@.venv/bin/python -m tests.chaos --seed "$(SEED)" --seconds "$(or $(SECONDS),300)"

bench: .venv/dev ## Measure what a request costs, side by side with others (BENCH_ARGS, BASELINE)
	@BASELINE="$(BASELINE)" .venv/bin/python -m benchmarks $(BENCH_ARGS)

lint: .venv/dev ## Check style, types and the direction of the imports
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 .venv/bin/pyright
	.venv/bin/lint-imports

format: .venv/dev ## Put the code into shape
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# The run-time lock is resolved within the other one, so that what is tested is what runs.
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header $(LOCK_ARGS)

lock: .venv/made ## Resolve the dependencies of pyproject.toml into requirements/ (LOCK_ARGS)
	$(PIP) uv
	$(COMPILE) --all-extras --group dev --output-file requirements/dev.lock pyproject.toml
	$(COMPILE) --all-extras --group build --constraint requirements/dev.lock \
		--output-file requirements/run.lock pyproject.toml
	echo uv | $(COMPILE) --no-annotate --output-file requirements/installer.lock -

clean: ## Remove what can be made again (the data in var/ stays)
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/made:
	$(if $(python),,$(error marketplace needs Python 3.11 or newer with its venv module (on Debian: \
	apt-get install python3-venv); looked for $(PYTHONS)))
	@.venv/bin/python -c '$(ADOPTABLE)' 2>/dev/null || { \
		echo "Making a virtual environment in .venv ..." && $(python) -m venv --clear .venv; }
	@pwd -P > $@

.venv/run: .venv/made requirements/installer.lock requirements/run.lock pyproject.toml
	$(call install,requirements/run.lock,--compile-bytecode)
	@.venv/bin/python -m compileall -q src
	@touch $@

.venv/dev: .venv/made requirements/installer.lock requirements/dev.lock pyproject.toml
	$(call install,requirements/dev.lock)

.PHONY: help run test chaos bench lint format lock clean
