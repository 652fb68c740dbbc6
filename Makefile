# Front door of the build: installs what is missing from Debian's packages, then
# hands over to the CMake presets. `make` alone lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc)
# The pinned buf; built from source by Go on first use.
BUF := github.com/bufbuild/buf/cmd/buf@v1.75.0

# The pinned actionlint; likewise.
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

INSTALL := scripts/install_packages.sh
CXX_FILES = git ls-files -z -- '*.h' '*.cc'

# $(call configure,PRESET,FOLDER,OPTION=VALUE...): configures unless the folder
# already is, with these options. Ninja itself repeats it when a CMake file changes.
configure = scripts/configure.sh $(1) $(2) $(3)

.PHONY: help
help: ## List the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: build
build: ## Build build/bin/advantaged and build/bin/advctl
	@$(INSTALL) build
	@$(call configure,release,build)
	@cmake --build --preset release -j $(JOBS) --target advantaged advctl

.PHONY: run
run: build ## Build, start the server, send it real rewards, show the answers
	@scripts/run_demo.sh

.PHONY: test
test: ## Build everything and run every test
	@$(INSTALL) build test python
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset release -j $(JOBS)
	@scripts/python_environment.sh
	@ctest --preset release -j $(JOBS)

# What is too long for every submission, all of it.
NIGHTLY = 'fuzz FUZZ_SECONDS=60' lint test-frameworks test-tools test-edge image test-long try-method attacks

.PHONY: nightly test-long
nightly: ## Run what is too long for every submission (needs root, an hour or two)
	@scripts/run_steps.sh $(NIGHTLY)
test-long: ## Run the tests with the label nightly
	@$(INSTALL) build test python
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset release -j $(JOBS)
	@scripts/python_environment.sh
	@ctest --preset nightly -j $(JOBS)

# Those with a list of packages, scripts/frameworks/NAME.txt, and tests, tests/frameworks/NAME_test.py.
FRAMEWORKS ?= verl trl skyrl openrlhf areal tunix

.PHONY: test-frameworks
test-frameworks: build ## Test the adapters inside real trainers (downloads 2 GB)
	@$(INSTALL) build test python
	@scripts/python_environment.sh
	@scripts/framework_environments.sh $(FRAMEWORKS)
	@export PYTHONPATH=tests/server ADVANTAGED_BINARY=$(CURDIR)/build/bin/advantaged; \
	  for name in $(FRAMEWORKS); do \
	    files=$$(ls tests/frameworks/$${name}_*test.py); \
	    if [[ $$name = $(firstword $(FRAMEWORKS)) ]]; then files+=" $$(ls tests/frameworks/torch_*test.py)"; fi; \
	    build/frameworks/$$name/bin/python -m pytest -q -p no:cacheprovider -W ignore $$files; \
	  done

.PHONY: test-deploy
test-deploy: ## Test Helm chart and kustomize overlays (needs Go 1.26)
	@$(INSTALL) test
	@scripts/deploy_tools.sh
	@PYTHONPATH=tests/deploy /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/deploy/rendered

# ghz, grpcurl, h2spec.
TOOLS ?= ghz grpcurl h2spec

.PHONY: test-tools
test-tools: ## Call the server with ghz, grpcurl and h2spec (needs Go 1.26)
	@$(INSTALL) build test
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset release -j $(JOBS) --target advantaged advantaged_proto_for_tests
	@scripts/grpc_tools.sh $(TOOLS)
	@PYTHONPATH=build/generated/python:tests/server ADVANTAGED_BINARY=$(CURDIR)/build/bin/advantaged \
	  /usr/bin/python3 -m pytest -q -p no:cacheprovider $(TOOLS:%=tests/tools/%_test.py)

.PHONY: test-edge
test-edge: ## Test HAProxy with the configuration of deploy/edge before the server
	@$(INSTALL) build test edge
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset release -j $(JOBS) --target advantaged advantaged_proto_for_tests
	@PYTHONPATH=build/generated/python:tests/server ADVANTAGED_BINARY=$(CURDIR)/build/bin/advantaged \
	  /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/edge

.PHONY: image
image: build ## Build the container image without Docker, start and test it (root)
	@$(INSTALL) image
	@scripts/build_image.sh

# Cargo runs in client/rust, with its output beside that of the C++ build.
CARGO = cd client/rust && CARGO_TARGET_DIR=$(CURDIR)/build/rust cargo

.PHONY: test-rust
test-rust: ## Test the Rust client (needs cargo)
	@command -v cargo >/dev/null || { echo 'test-rust needs Rust 1.88 or newer: no cargo on PATH' >&2; exit 1; }
	@$(INSTALL) build test
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset release -j $(JOBS) --target advantaged advantaged_proto_for_tests
	@$(CARGO) fmt --check
	@$(CARGO) clippy --locked --all-targets --all-features -- -D warnings
	@$(CARGO) clippy --locked -- -D warnings
	@RUSTDOCFLAGS='-D warnings' && export RUSTDOCFLAGS && $(CARGO) doc --locked --no-deps --all-features
	@export ADVANTAGED_BINARY=$(CURDIR)/build/bin/advantaged && $(CARGO) test --locked --all-features
	@$(CARGO) build --locked --example driver
	@tests/client/harness/run.sh build http build/rust/debug/examples/driver

.PHONY: attacks overload inline-size
attacks: ## Attack the server in every way known, a minute each, beside a good client
overload: ## Offer the server three times what it can do, for a minute
inline-size: ## Measure from which size on batches are better handed to the pool
attacks overload inline-size:
	@$(INSTALL) build test edge
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset release -j $(JOBS) --target $(subst -,_,$@)

.PHONY: bench bench-brief
bench: ## Measure everything beside its baseline into docs/benchmarks.md
bench-brief: ## Run every benchmark briefly, for its answers
bench bench-brief:
	@$(INSTALL) build test figures python
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON ADVANTAGED_BUILD_BENCHMARKS=ON)
	@cmake --build --preset release -j $(JOBS) --target advantaged advctl
	@scripts/python_environment.sh
	@cmake --build --preset release -j $(JOBS) --target $@

.PHONY: asan tsan
asan: ## Build and run the tests with the address and undefined sanitizers
tsan: ## Build and run the tests with the thread sanitizer
asan tsan:
	@$(INSTALL) build test
	@$(call configure,$@,build/$@,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset $@ -j $(JOBS)
	@ctest --preset $@ -j $(JOBS)

.PHONY: fuzz
fuzz: ## Throw bytes at every parser, FUZZ_SECONDS=20 each
	@$(INSTALL) build test fuzz
	@$(call configure,$@,build/$@,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset $@ -j $(JOBS)
	@scripts/run_fuzzers.sh

.PHONY: format
format: ## Format the C++ sources in place
	@$(INSTALL) lint
	@$(CXX_FILES) | xargs -0 -r clang-format -i

.PHONY: format-check
format-check: ## Fail if a C++ source is not formatted
	@$(INSTALL) lint
	@$(CXX_FILES) | xargs -0 -r clang-format --dry-run --Werror

.PHONY: lint
lint: ## Build everything with clang-tidy looking on
	@$(INSTALL) build test lint
	@$(call configure,lint,build/lint,ADVANTAGED_BUILD_TESTS=ON)
	@[[ ! .clang-tidy -nt build/lint/.ninja_log ]] || cmake --build --preset lint --target clean
	@cmake --build --preset lint -j $(JOBS) -- -k 0

.PHONY: vectors
vectors: ## Write the test vectors, tests/vectors/*.jsonl, anew
	@$(INSTALL) test
	@/usr/bin/python3 tests/vectors/generate.py

.PHONY: dashboards
dashboards: build ## Write Grafana's dashboards, their pictures, and the PrometheusRule
	@$(INSTALL) build test figures python
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset release -j $(JOBS)
	@scripts/python_environment.sh
	@build/venv/bin/python deploy/grafana/dashboards.py
	@/usr/bin/python3 deploy/prometheus/prometheus_rule.py
	@/usr/bin/python3 scripts/draw_dashboards.py

.PHONY: generate
generate: ## Write what follows from the method table and the contract
	@$(INSTALL) build test
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset release -j $(JOBS) --target print_methods lattice_bits
	@scripts/generate.sh

.PHONY: try-method
try-method: ## Follow docs/adding_a_method.md on a copy of the built tree (root)
	@$(INSTALL) build test python
	@$(call configure,release,build,ADVANTAGED_BUILD_TESTS=ON)
	@cmake --build --preset release -j $(JOBS)
	@scripts/python_environment.sh
	@scripts/try_adding_a_method.py

.PHONY: readme
readme: build ## Write the demo into the README
	@scripts/update_readme.py

.PHONY: folders
folders: ## Draw which folder of C++ includes which, for docs/architecture.md
	@/usr/bin/python3 scripts/draw_folders.py

.PHONY: figures
figures: build ## Draw docs/figures from what advctl describe prints
	@$(INSTALL) figures
	@/usr/bin/python3 scripts/draw_figures.py

.PHONY: lint-proto
lint-proto: ## Check proto/ with buf, also against the previous contract (needs Go)
	@command -v go >/dev/null || { echo 'lint-proto needs Go, to build buf: no go on PATH' >&2; exit 1; }
	@go run $(BUF) lint
	@go run $(BUF) breaking --against tests/client/python/previous_contract.binpb

.PHONY: lint-workflows
lint-workflows: ## Check .github/workflows with actionlint (needs Go)
	@command -v go >/dev/null || { echo 'lint-workflows needs Go, to build actionlint: no go on PATH' >&2; exit 1; }
	@go run $(ACTIONLINT)

.PHONY: clean
clean: ## Remove build/
	@rm -rf build
