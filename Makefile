# Every target makes what it needs first; a second call takes no install time.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench lock schema recipes
SHELL := /bin/sh
ARGS ?=

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

demo: .venv/runtime ## Watch unsigned requests arrive, leave signed and be verified (ARGS="--once" to end)
	@.venv/bin/signer-proxy demo $(ARGS)

test: .venv/dev ## Run every test (ARGS="-k name" for some)
	@.ci/tools
	@.venv/bin/pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

check: .venv/dev ## Format, lint and types, as CI does
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

bench: .venv/dev ## Measure against direct calls and bare mitmdump, side by side
	@.venv/bin/python -m benchmarks $(ARGS)

schema: .venv/dev ## Write the config's JSON Schema anew
	@.venv/bin/python -m signer_proxy.settings.json_schema > config/signer-proxy.schema.json

recipes: .venv/dev ## Write docs/recipes anew from the one list of calls
	@.venv/bin/python -m tests.recipes

lock: .venv/dev ## Resolve the dependencies anew, with hashes
	@.venv/bin/python -m pip install -qq uv
	@$(call compile,--group build,requirements.txt)
	@$(call compile,--group build --group dev,requirements-dev.txt)

compile = .venv/bin/uv pip compile --quiet pyproject.toml $(1) --universal --python-version 3.12 --upgrade \
  --generate-hashes --no-emit-index-url --no-annotate --no-header --output-file $(2)

# The interpreter: uv's, where uv is installed, else the first Python 3.12 or newer that there is.
.venv/made:
	@.ci/venv
	@touch $@

.venv/runtime: .venv/made requirements.txt pyproject.toml
	@.ci/install requirements.txt
	@touch $@

.venv/dev: .venv/made requirements-dev.txt pyproject.toml
	@.ci/install requirements-dev.txt
	@touch $@ .venv/runtime
