# Two commands do everything on a fresh machine with python3 (3.11 or newer): `make serve` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# What `make pythons` runs: names or paths of interpreters, and the tests of what depends on Unicode's tables.
PYTHONS ?= python3.11 python3.12 python3.13 python3.14
COUNTING := tests/tokens/claude/test_claude_texts.py tests/tokens/claude/test_adversarial_texts.py \
	tests/tokens/test_canonical_forms.py tests/tokens/test_every_python_counts_alike.py \
	tests/tokens/test_content_classes.py tests/tokens/test_packaged_vocabularies.py

.PHONY: help serve test test-fast house check format accuracy figures calibrate bench bench-service soak trials metrics-trial trials-access references counts compare agreement clean lock pythons schema image metrics dashboards docs screenshots test-tools licences audit sbom fuzz schemathesis

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(VENV)/.serve ## Build the environment and run the service on 127.0.0.1:8000
	$(BIN)/tokenquote serve

test: $(VENV)/.dev ## Build the environment and run all tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/.dev ## Run the fast tests only, while working
	$(BIN)/python -m pytest --numprocesses 2 -m "not slow and not references"

house: $(VENV)/.dev ## Print packages, imports between them and import cycles
	$(BIN)/python -m tests.architecture.house

check: $(VENV)/.dev ## Check format, lint, types, import rules, catalog and generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tokenquote catalog check
	$(BIN)/tokenquote catalog schema | cmp - models_catalog/generated/schema.json

compare: $(VENV)/.dev .prices/.done ## Compare the catalog's prices with those of genai-prices and litellm
	PYTHONPATH=.prices $(BIN)/tokenquote catalog compare

agreement: $(VENV)/.dev .prices/.done ## Write the tables of docs/catalog.md from that comparison
	PYTHONPATH=.prices $(BIN)/python -m tests.upkeep.agreement_page

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

accuracy: $(VENV)/.dev ## Compare with recorded bills and write docs/accuracy.md, with peers after `make references`
	$(firstword $(wildcard .venv-references/bin) $(BIN))/python benchmarks/accuracy.py report \
		--output docs/accuracy.md --readme README.md
	$(MAKE) figures

figures: $(VENV)/.dev ## Write what the page /accuracy shows from docs/accuracy.md
	$(BIN)/python -m benchmarks.report_figures < docs/accuracy.md \
		> service/tokenquote/http/page/accuracy/figures.json

calibrate: $(VENV)/.dev ## Fit private vocabularies to recorded bills and write models_catalog/generated/calibration.yaml
	$(BIN)/python benchmarks/calibrate.py

bench: $(VENV)/.dev ## Time texts, quotes, ledger, histories, ranges, media headers, media counts, grids and Claude's vocabularies beside the slow ways
	$(firstword $(wildcard .venv-references/bin) $(BIN))/python benchmarks/speed/text_speed.py
	$(BIN)/python benchmarks/speed/quote_speed.py
	$(BIN)/python benchmarks/speed/ledger_speed.py
	$(BIN)/python benchmarks/speed/history_speed.py
	$(BIN)/python benchmarks/speed/range_speed.py
	$(BIN)/python benchmarks/speed/media_headers.py
	$(BIN)/python benchmarks/speed/media_speed.py
	$(BIN)/python benchmarks/speed/memory_grid_speed.py
	$(BIN)/python benchmarks/speed/claude_speed.py
	$(firstword $(wildcard .venv-references/bin) $(BIN))/python benchmarks/speed/catalog_speed.py

bench-service: $(VENV)/.dev ## Ask the service for as much as it answers, beside a bare route; needs wrk and an idle machine
	$(BIN)/python benchmarks/speed/service_speed.py

soak: $(VENV)/.dev ## Change the catalog of a service under load 200 times; print failures and memory
	$(BIN)/python -m tests.http.reload_soak

trials-access: $(VENV)/.dev ## Replace, guess and use up the keys of a service under load
	$(BIN)/python -m tests.trials.access

trials: $(VENV)/.dev ## Load a service unfairly, kill its workers, stop it; print what another client sees
	$(BIN)/python -m tests.trials

metrics-trial: $(VENV)/.dev ## Let Prometheus scrape two workers under load; compare counters; draw the dashboards
	$(BIN)/python -m tests.trials.scraped --pictures build/dashboards

references: .venv-references/.done ## Compare with other implementations, in a large environment of their own
	.venv-references/bin/python -m pytest -m references

counts: ## Count what transformers and diffusers build, for the suite to compare with; after `make references`
	.venv-references/bin/python -m benchmarks.references.transformers_counts
	.venv-references/bin/python -m benchmarks.references.diffusers_counts

pythons: ## Test counting on each of PYTHONS that is here, in environments of their own
	@for python in $(PYTHONS); do \
		version=$$($$python -c 'import platform; print(platform.python_version())' 2> /dev/null) \
			|| { echo "pythons: no $$python here"; continue; }; \
		echo "pythons: CPython $$version"; bin=.venv-pythons/$$version/bin; \
		$$python -m venv .venv-pythons/$$version \
			&& $$bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/dev.txt \
			&& $$bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps \
				--ignore-requires-python -r requirements/ctok.txt \
			&& $$bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable . \
			&& $$bin/python -m pytest -p no:cacheprovider -m "not references" $(COUNTING) || exit 1; \
	done

schema: $(VENV)/.dev ## Write models_catalog/generated/schema.json from the catalog's classes
	$(BIN)/tokenquote catalog schema > models_catalog/generated/schema.json

metrics: $(VENV)/.dev ## Write docs/metrics.md from the service's registry
	$(BIN)/python tests/observability/metrics_reference.py > docs/metrics.md

docs: $(VENV)/.dev ## Write docs/endpoints.md from the table of endpoints
	$(BIN)/python -m tests.api.endpoints_page > docs/endpoints.md
	$(BIN)/python -m benchmarks.training.report > docs/training.md

dashboards: $(VENV)/.dev ## Write Grafana's dashboards from docker/grafana/panels
	$(BIN)/python -m tests.observability.dashboards

licences: $(VENV)/.dev ## Write docs/licences.md from what packages and the catalog say
	$(BIN)/python -m tests.supply_chain.licences_page > docs/licences.md

sbom: $(VENV)/.dev ## Write a bill of materials of what is shipped, build/sbom.cdx.json, in CycloneDX
	$(BIN)/python -m tests.supply_chain.bill_of_materials build/sbom.cdx.json

audit: $(VENV)/.dev .venv-audit/.done ## Ask for known vulnerabilities; fail where not all packages were audited
	$(BIN)/python -m tests.supply_chain.audit .venv-audit/bin/pip-audit requirements/service.txt requirements/build.txt

fuzz: .venv-fuzz/.done ## Fuzz what reads other people's bytes, ten minutes for each target; needs CPython that atheris has a wheel for
	PYTHONPATH=. .venv-fuzz/bin/python -m tests.fuzz

schemathesis: $(VENV)/.dev .venv-schemathesis/.done ## Ask a service 20,000 questions made from its OpenAPI document, half of them with a key (an hour and more)
	$(BIN)/python -m tests.openapi_cases .venv-schemathesis/bin/schemathesis

screenshots: $(VENV)/.dev ## Take images of every page at three widths, light and dark, into build/screenshots
	$(BIN)/python -m tests.page.screenshots build/screenshots
	$(BIN)/python -m tests.page.screenshots --readme

image: ## Build the container image without an engine and try it (as root, on Debian)
	docker/build_image.sh

test-tools: ## Install Debian's prometheus and chromium if possible; tests that need one skip without it
	@for tool in prometheus chromium; do \
		command -v $$tool > /dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null \
			&& apt-get update --quiet=2 \
			&& DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $$tool; } \
			|| echo "test-tools: no $$tool here; its tests will skip"; \
	done

lock: $(VENV)/.dev ## Pin the newest versions that the ranges allow, with hashes, without registry hosts
	$(PIP) install uv
	for set in build service dev audit fuzz schemathesis references; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-emit-package tokenquote \
		$$(test $$set = service && echo --excludes requirements/left_out.in) \
		requirements/$$set.in -o requirements/$$set.txt || exit 1; done
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-deps requirements/prices.in -o requirements/prices.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.12 --no-deps \
		--generate-hashes --no-emit-index-url --no-header requirements/ctok.in -o requirements/ctok.txt

clean: ## Remove the environment and every generated file
	rm -rf $(VENV) .venv-audit .venv-fuzz .venv-schemathesis .venv-references .venv-pythons .prices build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.serve: requirements/service.txt requirements/build.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/build.txt
	$(PIP) install --require-hashes --no-deps -r requirements/service.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt requirements/ctok.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --require-hashes --no-deps --ignore-requires-python -r requirements/ctok.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

.prices/.done: requirements/prices.txt | $(VENV)/.dev
	$(PIP) install --require-hashes --no-deps --target .prices -r requirements/prices.txt
	touch $@

.venv-audit/.done: requirements/audit.txt
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/audit.txt
	touch $@

.venv-schemathesis/.done: requirements/schemathesis.txt
	$(PYTHON) -m venv .venv-schemathesis
	.venv-schemathesis/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/schemathesis.txt
	touch $@

.venv-fuzz/.done: requirements/service.txt requirements/build.txt requirements/fuzz.txt pyproject.toml
	$(PYTHON) -m venv .venv-fuzz
	.venv-fuzz/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/build.txt
	.venv-fuzz/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps -r requirements/service.txt
	.venv-fuzz/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/fuzz.txt
	.venv-fuzz/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	touch $@

.venv-references/.done: requirements/references.txt pyproject.toml
	$(PYTHON) -m venv .venv-references
	.venv-references/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/references.txt
	.venv-references/bin/python -m pip --disable-pip-version-check --quiet install torch==2.13.0 diffusers==0.42.1
	.venv-references/bin/python -m pip --disable-pip-version-check --quiet install --no-deps torchvision==0.28.0
	.venv-references/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	touch $@
