# make run: set up and serve (make run REAL=1: the real data folder, though still empty); make test: set up and run all tests; make check: lint, types, known weaknesses of packages.
# make bench: what everything costs, beside what a user would pick instead (about half an hour), into benchmarks/RESULTS.md.
# make screenshots: the picture of the README, from the demo.
# make spark: the packages for counting on Apache Spark (docs/scale.md), which needs Java besides.
# make bundle: packages for machines without internet (dist/).
# uv is used where it is present, else pip. On Windows use the plain commands of README.md.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PORT ?= 8501

.PHONY: help run test check bench screenshots spark bundle clean
help:
	@grep -E '^# make' Makefile

run: .venv/ready
	$(BIN)/python -m deploy.start --port $(PORT) $(if $(REAL),--real)

test: .venv/ready-dev
	$(BIN)/python -m pytest

check: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m deploy.audit

bench: .venv/ready-dev
	$(BIN)/python -m benchmarks

screenshots: .venv/ready-dev
	$(BIN)/python -m docs.screenshots

spark: .venv/ready-spark

bundle: .venv/ready-dev
	$(BIN)/python -m deploy.bundle

clean:
	rm -rf .venv data/demo dist

.venv/bin-made:
	@if command -v uv >/dev/null 2>&1; then uv venv --quiet --python $(PYTHON) .venv; else $(PYTHON) -m venv .venv; fi
	@touch $@

define install
	@if command -v uv >/dev/null 2>&1; then uv pip install --quiet --compile-bytecode --python $(BIN)/python $(1); \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1); fi
endef

.venv/ready: requirements.txt | .venv/bin-made
	$(call install,-r requirements.txt)
	@touch $@

.venv/ready-dev: requirements.txt requirements-dev.txt | .venv/bin-made
	$(call install,-r requirements.txt -r requirements-dev.txt)
	@touch .venv/ready $@

.venv/ready-spark: requirements-spark.txt .venv/ready-dev
	$(call install,-r requirements-spark.txt)
	@touch $@
