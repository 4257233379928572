# Everything from a clean checkout: needs Python 3.11 or newer, make and a package index, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCALE ?= 2e5
LOCK := -q --universal --generate-hashes --no-annotate --no-header --no-strip-extras

.PHONY: help report test tests check dev bench validate torture docs findings lock sbom audit clean

help:
	@echo "make report    set up, pull the published tables, fit every threshold, publish a release"
	@echo "make test      set up, then lint, types and all tests"
	@echo "make dev       the Dagster pages on this machine"
	@echo "make bench     benchmarks, as ratios of one run; SCALE='1e6 1e7' scores for how marts grow"
	@echo "make findings  the published tables' findings, into docs/findings.md"
	@echo "make torture   kill -9, full disks, 200 refreshes, mutated inputs, corrupted releases: what is published has to stand"
	@echo "make sbom      what is installed, as CycloneDX, into build/sbom.json; make audit: are faults of it known?"
	@echo "make validate  the statistics against planted truths, into docs/validation.md"

report: $(VENV)/run.stamp
	$(BIN)/emergence run

test: $(VENV)/dev.stamp
	$(MAKE) --no-print-directory --jobs 2 check tests  # mypy takes one processor, for a minute

tests: $(VENV)/dev.stamp
	$(BIN)/pytest -n 2

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

dev: $(VENV)/dev.stamp
	mkdir -p .dagster && cp dagster.yaml .dagster/
	DAGSTER_HOME=$(CURDIR)/.dagster $(BIN)/dagster dev -w workspace.yaml -h 127.0.0.1

bench: $(VENV)/dev.stamp
	for file in $(filter-out %bench_scale.py,$(wildcard benchmarks/bench_*.py)); do $(BIN)/python $$file || exit 1; done
	$(BIN)/python -m benchmarks.bench_scale $(SCALE)

validate: $(VENV)/dev.stamp
	$(BIN)/python benchmarks/validate.py
	$(BIN)/python benchmarks/validate_consequences.py

torture: $(VENV)/dev.stamp
	$(BIN)/python benchmarks/torture.py --kills 200
	$(BIN)/python benchmarks/torture_dagster.py --kills 8
	$(BIN)/python benchmarks/torture_inputs.py --mutations 100000
	$(BIN)/python benchmarks/torture_refreshes.py --refreshes 200
	rm -rf build/torture && EMERGENCE_MIRROR= $(BIN)/emergence --home build/torture run --offline
	$(BIN)/python benchmarks/torture_release.py build/torture

docs: $(VENV)/dev.stamp
	rm -rf build/docs && EMERGENCE_MIRROR= $(BIN)/emergence --home build/docs run --offline
	$(BIN)/python -m pipelines.pages.tables_page build/docs/releases/$$(cat build/docs/latest)

findings: $(VENV)/run.stamp
	$(BIN)/emergence run
	$(BIN)/python -m pipelines.pages.findings $${EMERGENCE_HOME:-warehouse}/releases/$$(cat $${EMERGENCE_HOME:-warehouse}/latest)

lock: $(VENV)/dev.stamp
	$(BIN)/uv pip compile $(LOCK) --extra dev --extra ui -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile $(LOCK) -c requirements-dev.lock -o requirements.lock pyproject.toml

sbom: $(VENV)/dev.stamp
	mkdir -p build
	$(BIN)/uv tool run --from cyclonedx-bom==7.1.0 cyclonedx-py requirements requirements.lock --of JSON -o build/sbom.json

# Strict: a package that the index of known faults was not asked about is a failure, not a pass.
audit: $(VENV)/dev.stamp
	$(BIN)/uv tool run pip-audit==2.9.0 --strict --disable-pip --require-hashes -r requirements.lock

$(VENV)/run.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV): 1.1 GB of packages; the first run then takes about 2 minutes of processor time"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) .dagster build dist *.egg-info
