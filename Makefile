# `make demo` and `make test` are the whole of it; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p && break; done)
VENV := .venv
RUN := $(VENV)/bin/python
ARGS ?=
EXAMPLES ?= 10000
BENCHMARKS := api audit bankfiles facts money payouts policies queues transitions

.PHONY: help demo test test-long test-deep lint format bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.runtime ## a filled bureau on this machine; ARGS="--port 8080", ARGS="--no-serve", ARGS="--scale 500"
	@exec $(RUN) manage.py demo $(ARGS)

test: $(VENV)/.develop ## the tests, on a PostgreSQL that the run starts; ARGS="tests/policies -k bands"
	@$(RUN) -m pytest -n auto --dist worksteal $(or $(ARGS),-m "not long")

test-long: $(VENV)/.develop ## what takes long: walks in the browser, everybody at every address and act, a demo's life
	@$(RUN) -m pytest -n auto --dist worksteal -m long $(ARGS)

test-deep: $(VENV)/.develop ## the properties again on many examples, which takes long; EXAMPLES=500 sets how many
	@SUBSIDY_EXAMPLES=$(EXAMPLES) $(RUN) -m pytest -n auto --dist worksteal $(or $(ARGS),tests/policies tests/subsidy/demo/test_oracle.py tests/subsidy/ledger/test_any_order.py tests/subsidy/payouts/test_money_path.py)

lint: $(VENV)/.develop ## style, format, known weaknesses, types, import directions
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m bandit -q -ll -r subsidy workflows policies manage.py
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.develop ## lay the code out
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

bench: $(VENV)/.develop ## the benchmarks' tables
	@set -e; for name in $(BENCHMARKS); do echo "== benchmarks/$$name.py"; $(RUN) -m benchmarks.$$name $(ARGS); done

clean: ## remove the virtual environment and caches; the data folder stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/.runtime: requirements.txt
	@$(call make_venv)
	@echo "正在安装依赖，首次需要几分钟 / installing the pinned requirements; the first time takes minutes"
	@$(RUN) -m pip install --disable-pip-version-check --no-input -r requirements.txt
	@touch $@

$(VENV)/.develop: requirements.txt requirements-dev.txt $(VENV)/.runtime
	@echo "正在安装测试工具 / installing the tools of the tests"
	@$(RUN) -m pip install --disable-pip-version-check --no-input -r requirements-dev.txt
	@touch $@

define make_venv
	if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "需要 Python 3.11 或更新版本：请安装（Debian/Ubuntu：apt-get install python3），或用 make PYTHON=/路径/python3.11 指定。"; \
		echo "Python 3.11 or newer is needed: install it (Debian/Ubuntu: apt-get install python3), or name it: make PYTHON=/path/to/python3.11"; \
		exit 1; \
	fi; \
	if ! "$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null; then \
		version=$$("$(PYTHON)" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "这个 Python 缺少 venv：请安装软件包 python$$version-venv（Debian/Ubuntu：apt-get install python$$version-venv），再运行一次。"; \
		echo "This Python lacks venv: install the package python$$version-venv (Debian/Ubuntu: apt-get install python$$version-venv) and run it again."; \
		exit 1; \
	fi; \
	"$(PYTHON)" -m venv $(VENV)
endef
