# `make run` and `make test` do all their own set-up; see .ci/setup.

HOST ?= 127.0.0.1
PORT ?= 8050
PY = .venv/bin/python

# Small systems: threads inside BLAS only get in the way of our own.
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1
export NUMBA_CACHE_DIR = $(CURDIR)/.numba_cache

.PHONY: run test check docs bench load soak fuzz claims cost nightly references setup-run setup-test setup-client
.DEFAULT_GOAL := run

run: setup-run
	@echo "Open http://$(HOST):$(PORT) (Ctrl+C stops)."
	@HOST=$(HOST) PORT=$(PORT) exec .venv/bin/gunicorn --config python:components.operations.gunicorn_conf app:server

test: setup-test
	@$(PY) -m pytest -n 2 --dist loadfile

check: setup-client setup-test
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/codespell
	@npm --prefix tests/client run --silent check

docs: setup-test
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build -q -f docs/site/mkdocs.yml
	@echo "The site is in build/docs."

bench: setup-test
	@$(PY) -m tests.benchmarks.compilation
	@$(PY) -m tests.benchmarks
	@$(PY) -m tests.benchmarks.passages
	@$(PY) -m tests.benchmarks.maps
	@$(PY) -m tests.benchmarks.mean_field
	@$(PY) -m tests.benchmarks.linear_network
	@$(PY) -m tests.benchmarks.training
	@$(PY) -m tests.benchmarks.stream
	@$(PY) -m tests.benchmarks.runs
	@$(PY) -m tests.benchmarks.hand
	@$(PY) -m tests.benchmarks.hand_map

load: setup-test
	@$(PY) -m tests.benchmarks.load

soak: setup-test
	@$(PY) -m tests.benchmarks.load --soak

fuzz: setup-test
	@$(PY) -m tests.fuzz

claims: setup-test
	@$(PY) -m tests.campaigns.passages
	@$(PY) -m tests.campaigns.boundaries
	@$(PY) -m tests.campaigns.explanations
	@$(PY) -m tests.claims

cost: setup-test
	@$(PY) -m tests.campaigns.cost

nightly: setup-test
	@EXAMPLES=nightly $(PY) -m pytest -n 2 --dist loadfile -m "nightly or hypothesis or stored"

references: setup-test
	@REFERENCES=write $(PY) -m pytest -m stored

setup-run:
	@sh .ci/setup run

setup-test:
	@sh .ci/setup test

setup-client:
	@sh .ci/setup client
