# Every target does its own set-up. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

PYTHON ?= python3.11
BIN := .venv/bin
PORT ?= 8080
CALL ?= lab/calls/sales.yaml
SUITE ?= all
# Most tests of calls wait for people to speak, so two take hardly longer than one. Those with a
# browser need the whole machine.
TEST_PROCESSES ?= 2
# Compiled once, and out of the sight of those who read the folders.
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/.cache/bytecode
unexport PYTHONDONTWRITEBYTECODE
# A company's own certificate authority is in the system's store, not in the one uv brings along.
export UV_SYSTEM_CERTS ?= 1
# The end-of-turn model costs a process 250 MB; only TURN_END=model wants it, and loads it itself.
export LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE ?= 0

APT := DEBIAN_FRONTEND=noninteractive apt-get
say = printf '\033[1m%s\033[0m\n' "$(1)"

.PHONY: help demo lab run test check fix bench doctor setup setup-dev keys web voices wire lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: setup ## play a scripted sales call over real WebRTC; print transcript, talking points, score
	@$(BIN)/python -m lab play $(CALL)

lab: setup ## play every scripted call and score it; SUITE=short plays the short ones
	@$(BIN)/python -m lab suite $(SUITE)

run: setup web/dist/index.html ## start media server, token server, worker and page; PORT=8080
	@exec $(BIN)/python -m stack run --port $(PORT)

test: setup-dev web/dist/index.html ## set up what the tests need, and run them all; TESTS="-k gate" runs some
ifdef TESTS
	@$(BIN)/python -m pytest $(TESTS)
else
	@cd web && npm run --silent test
	@failed=0; \
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile -m "not page" || failed=1; \
	$(BIN)/python -m pytest -m page || failed=1; \
	exit $$failed
endif

check: setup-dev ## formatting, lint, types, import rules, page
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m wire --check
	@cd web && npm run --silent check

fix: setup-dev ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@cd web && npm run --silent format

bench: setup-dev ## measure; prints figures beside a peer and writes data/bench.json
	@$(BIN)/python -m benchmarks

doctor: ## say what is there, what is missing, how to get it
	@if [ -x $(BIN)/python ] && [ -f .cache/python.stamp ]; then $(BIN)/python -m stack doctor; \
	else echo "nothing is set up yet: make setup"; exit 1; fi

setup: .cache/python.stamp .cache/media-server.stamp keys ## Python packages, media server, keys

web: web/dist/index.html ## build the page

voices: .cache/python.stamp ## render the speech of the lab's calls anew (needs flite, espeak-ng)
	@$(BIN)/python -m lab render lab/calls/*.yaml

lock: .cache/python.stamp ## pin all Python packages with their hashes from pyproject.toml
	@$(BIN)/uv lock --quiet && $(BIN)/uv export --quiet --frozen --all-groups --no-emit-project --no-header --no-annotate -o requirements.lock
	@$(BIN)/uv pip compile --quiet benchmarks/pipecat.requirements.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o benchmarks/pipecat.requirements.lock

wire: setup-dev ## make JSON Schema and TypeScript from the messages in wire/
	@$(BIN)/python -m wire
	@cd web && npm run --silent wire

clean: ## remove everything that was built; .env and data/ stay
	rm -rf .venv .cache web/dist web/node_modules

# Stamps: a second run looks at file times only.
.cache/python.stamp: requirements.lock
	@mkdir -p .cache
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not on PATH: install Python 3.11, or say make PYTHON=..."; exit 1; }
	@$(call say,Python packages ...)
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
	@$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

.cache/media-server.stamp: tools/livekit-server/go.mod tools/livekit-server/go.sum
	@mkdir -p .cache/bin
	@if command -v livekit-server >/dev/null; then \
	  $(call say,using the livekit-server on PATH); \
	elif [ -n "$${LIVEKIT_URL:-}" ] || grep -qs '^LIVEKIT_URL=.' .env; then \
	  $(call say,using the media server at LIVEKIT_URL); exit 0; \
	else \
	  command -v go >/dev/null || { echo "go is not on PATH: install Go 1.21 or newer, or put livekit-server on PATH, or set LIVEKIT_URL"; exit 1; }; \
	  $(call say,Building the media server: about 100 s once) ; \
	  tools/livekit-server/build .cache/bin/livekit-server; \
	fi
	@touch $@

keys: .cache/python.stamp
	@grep -qs '^LIVEKIT_API_SECRET=.' .env || $(BIN)/python -m stack keys

web/node_modules/.stamp: web/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not on PATH: install Node 20.19 or newer"; exit 1; }
	@$(call say,Page packages ...)
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.stamp $(shell find web/src web/public web/index.html web/vite.config.ts web/package.json -type f 2>/dev/null)
	@$(call say,Building the page ...)
	@cd web && npm run --silent build
	@touch $@

setup-dev: setup web/node_modules/.stamp .cache/debian.stamp

# Postgres only for tests of the store: Debian would start a server of its own, which nobody needs.
.cache/debian.stamp: Makefile
	@mkdir -p .cache
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v flite >/dev/null || missing="$$missing flite"; \
	command -v espeak-ng >/dev/null || missing="$$missing espeak-ng"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$$missing postgresql"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    $(call say,Debian packages:$$missing ...); \
	    case "$$missing" in *postgresql*) mkdir -p /etc/postgresql-common; \
	      [ -e /etc/postgresql-common/createcluster.conf ] || \
	        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf;; esac; \
	    $(APT) update -qq && $(APT) install -y -qq --no-install-recommends $$missing >.cache/apt.log 2>&1 \
	      || { tail -5 .cache/apt.log; exit 1; }; \
	  else \
	    echo "the tests need$$missing; type: sudo apt-get install$$missing"; exit 1; \
	  fi; \
	fi
	@touch $@
