# `make` alone lists the targets. Each is a line or two: the work is done by cargo and by scripts/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Where `make run` keeps its database, and where every command looks for one.
DATA ?= data
# Further words for `highline demo`, as in: make run ARGS="--listen 127.0.0.1:9090"
ARGS ?=
# A checkout under test must not change its own lock file.
LOCKED := $(if $(CI),--locked)

export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: web ## Build Highline and start it with a simulated HighLevel: Ctrl-C ends it
	@echo "Building. The first time takes about three minutes; later builds take seconds."
	@cargo build $(LOCKED) --package highline-cli --bin highline
	@echo "Data: ./$(DATA). In another terminal: cargo run --quiet -- runs list$(if $(filter-out data,$(DATA)), --data $(DATA))"
	@cargo run --quiet $(LOCKED) --package highline-cli --bin highline -- demo --data "$(DATA)" $(ARGS)

.PHONY: test
test: ## Run every test, on SQLite and on PostgreSQL (installed and started when none is given), and in a browser
	@scripts/test.sh
	@scripts/web.sh test

.PHONY: web
web: ## Build the dashboard into web/dist, where there is Node
	@scripts/web.sh build

.PHONY: web-test
web-test: ## Test the dashboard alone: its logic, its size, and in Chromium on the real binary
	@scripts/web.sh test

.PHONY: web-check
web-check: ## Check the dashboard's types and lints
	@scripts/web.sh lint

.PHONY: screenshots
screenshots: ## Write docs/screenshots: each page of the dashboard, in both themes
	@scripts/web.sh screenshots

.PHONY: web-bench
web-bench: ## Measure in Chromium how long the dashboard takes to answer, with 10,000 rows in its lists: five minutes
	@scripts/web.sh speed

.PHONY: faults
faults: ## Kill, stop, cut off, fill up and set wrong what Highline stands on, at length, and count what is lost or doubled
	@scripts/faults.sh

.PHONY: conformance
conformance: ## Send every HighLevel operation to a mock server made of the vendor's OpenAPI files (in SPEC_DIR)
	@scripts/conformance.sh

# Speed is measured against PostgreSQL as it is in use, so with every commit on the disk.
BENCH = HIGHLINE_POSTGRES_DURABLE=1 scripts/with-postgres.sh \
	cargo run --quiet $(LOCKED) --release --package highline-bench --

.PHONY: bench
bench: ## Measure runs a second, delays, memory, pages and starts, and write the table of docs/BENCHMARKS.md: ten minutes
	cargo build $(LOCKED) --release --package highline-cli --bin highline
	$(BENCH) all $(ARGS)

.PHONY: bench-full
bench-full: ## The same with ten million runs and a hundred thousand workflows: more than an hour
	cargo build $(LOCKED) --release --package highline-cli --bin highline
	$(BENCH) all --full $(ARGS)

.PHONY: bench-catalog
bench-catalog: ## Measure how long a start spends on reading every manifest in the box
	cargo bench $(LOCKED) --package highline-apps --bench load

.PHONY: check
check: fmt-check clippy deny house docker web-check ## Run what does not need running: format, lints, dependencies, the house's rules

.PHONY: api-fuzz
api-fuzz: ## Ask every route of the REST API what nobody would ask, on both databases: needs Python 3
	@scripts/api-fuzz.sh $(ARGS)
	@scripts/with-postgres.sh bash -c 'DATABASE_URL=$$HIGHLINE_TEST_POSTGRES_URL scripts/api-fuzz.sh $(ARGS)'

.PHONY: official-client
official-client: ## Run HighLevel's own JavaScript client, from npm, against the sandbox: needs Node 20
	@scripts/official-client.sh

.PHONY: fmt
fmt: ## Format the sources
	cargo fmt --all

.PHONY: fmt-check
fmt-check: ## Check the format
	cargo fmt --all --check

.PHONY: clippy
clippy: ## Lint, with warnings as errors
	cargo clippy $(LOCKED) --workspace --all-targets -- -D warnings

.PHONY: deny
deny: ## Check licences, banned crates, sources, and known vulnerabilities where their list can be fetched
	@scripts/tools.sh
	cargo deny $(LOCKED) --log-level warn check bans licenses sources
	@scripts/check-advisories.sh

.PHONY: house
house: ## Check crates, sources and documents against the rules of ARCHITECTURE.md
	cargo test $(LOCKED) --quiet --workspace --test house

.PHONY: docker
docker: ## Check docker-compose.yml and the scripts as far as that goes without an engine
	@scripts/check-docker.sh

.PHONY: clean-data
clean-data: ## Delete the database of `make run`
	rm -rf -- "$(DATA)"
