# Everything a newcomer needs is `make run` and `make test`; `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo build/uv/bin/uv)
RUN := .venv/bin/python
PAGE := src/clara/page/index.html
PAGE_SOURCES := $(shell find web -path web/node_modules -prune -o -type f -print) hatch_build.py
DATA ?= ../shared/data
EXTRAS := --extra production --extra models --extra study --extra voice
# pytest's exit code for "nothing selected": ARGS may name tests of one kind only.
NO_TESTS := [ $$? -eq 5 ]

.PHONY: help run install page test check format bench soak requirements clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 16

run: install page ## make an environment, install, start the server, print the sign-in link
	@$(RUN) -m compileall -q src
	$(RUN) backend_server.py

install: .venv/installed ## the environment, as locked in uv.lock

.venv/installed: pyproject.toml uv.lock
	@command -v uv >/dev/null || test -x build/uv/bin/uv || { $(PYTHON) -m venv build/uv && build/uv/bin/pip install --quiet uv; } \
		|| { echo "Python needs its venv module: apt install python3-venv (Debian, Ubuntu)"; exit 1; }
	$(UV) sync --quiet --frozen --compile-bytecode $(EXTRAS) --group anki || $(UV) sync --quiet --frozen --compile-bytecode $(EXTRAS)
	@touch $@

page: $(PAGE) ## build the web page

$(PAGE): $(PAGE_SOURCES) | .venv/installed
	@$(RUN) hatch_build.py || echo "The server runs without its page; the API is complete."

test: install page ## the test suite: in parallel where that is safe, then what needs the machine to itself
	$(RUN) -m pytest -n 2 --dist worksteal -m "not serial and not browser and not soak" $(ARGS) || $(NO_TESTS)
	$(RUN) -m pytest -m serial $(ARGS) || $(NO_TESTS)
	$(RUN) -m pytest -m browser $(ARGS) || $(NO_TESTS)

check: install page ## lint, types, import order, exported requirements, then the tests: what CI runs
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	.venv/bin/lint-imports --no-cache
	$(RUN) hatch_build.py --check
	$(RUN) tools/requirements.py --check --uv $(UV)
	$(MAKE) test

format: install ## format and mend what can be mended by itself
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

bench: install page ## measure what the README claims (DATA=folder of retrieval data)
	$(RUN) -m bench --data $(DATA)

soak: install page ## the long load and soak runs
	$(RUN) -m pytest tests/load -m soak $(ARGS)

requirements: install ## export requirements*.txt from uv.lock
	$(UV) lock --quiet
	$(RUN) tools/requirements.py --uv $(UV)

clean: ## remove the environment and everything built
	rm -rf .venv build dist src/clara/page web/node_modules
