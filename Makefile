# Every command of the project. `make app` and `make test` do all their own set-up; nothing else has to run first.
PYTHON ?= python3
PORT ?= 8501
WORKSPACE_DIR ?= ./workspace
VENV := .venv
BIN := $(VENV)/bin

export WORKSPACE_DIR
# Of some hundred processes only the first compiles a module.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: app test check lint types tests quick-tests screenshots exported bench bench-training clean

app: $(VENV)/.app-installed
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

# Two processes, each with the tests of one file at a time: what a file sets up is then set up once.
TWO_AT_A_TIME := -n 2 --dist loadfile --no-loadscope-reorder

# Types are checked while tests wait for browsers and child processes.
test: $(VENV)/.dev-installed chromium postgresql lint
	@$(MAKE) --no-print-directory -j 2 types tests

tests: $(VENV)/.dev-installed
	$(BIN)/python -m pytest $(TWO_AT_A_TIME)

check: $(VENV)/.dev-installed lint types quick-tests

lint: $(VENV)/.dev-installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev-installed
	$(BIN)/mypy

quick-tests: $(VENV)/.dev-installed
	$(BIN)/python -m pytest $(TWO_AT_A_TIME) -m "not slow and not browser"

screenshots: $(VENV)/.dev-installed chromium
	$(BIN)/python -m benchmarks.screenshots docs/images
	$(BIN)/python -m benchmarks.guide_screenshots --language ko docs/images/ko

# The networks of the shipped models as OpenVINO runs them; again after another model or another FORMAT.
exported: $(VENV)/.app-installed
	rm -rf models/exported
	NETWORK_CACHE_DIR=models/exported $(BIN)/python -c 'from pathlib import Path; \
	from core.classification.predictor import load_classifier; from core.inference.predictor import load_predictor; \
	from core.inference.click_network import ClickNetwork; \
	[(load_classifier if each.parent.name.endswith("_class") else ClickNetwork if each.parent.name == "smart_click" else load_predictor)(each.parent) \
	for each in Path("models").glob("*/card.json")]'
	rm -f models/exported/*.lock

bench: $(VENV)/.dev-installed chromium
	$(BIN)/python -m benchmarks.prompts
	$(BIN)/python -m benchmarks.editor_latency

# The step of the training loop beside stock Keras and PyTorch, which nothing else here needs.
bench-training: $(VENV)/.dev-installed
	$(BIN)/python -c 'import torch' 2>/dev/null || $(BIN)/python -m pip install --quiet torch
	$(BIN)/python -m benchmarks.training

# TensorFlow ships wheels for some Pythons only, so ask before a long download fails in the middle.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); \
	sys.exit(0 if ok else "TensorFlow has no wheel for Python %d.%d: install Python 3.11, 3.12 or 3.13 and run `make PYTHON=python3.12 app`." % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app-installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(MAKE) --no-print-directory opencv-libraries
	@touch $@

# Without compiling: of what is installed the tests import a third, and what they import is compiled then.
$(VENV)/.dev-installed: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	@$(MAKE) --no-print-directory opencv-libraries
	@touch $@

# opencv-python links against libGL, which a bare Debian or Ubuntu server does not have.
.PHONY: opencv-libraries
opencv-libraries:
	@$(BIN)/python -c 'import cv2' 2>/dev/null || { \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then apt-get update -qq && apt-get install -y -qq libgl1 libglib2.0-0 libxcb1 >/dev/null; \
	else echo 'OpenCV needs two system libraries: run `sudo apt-get install libgl1 libglib2.0-0` and then this again.' >&2; exit 1; fi; }

# The browser tests take the Chromium without windows, Debian's package (as root); else one that is there, else
# Playwright's own.
.PHONY: chromium
chromium: $(VENV)/.dev-installed
	@command -v chromium-headless-shell >/dev/null || { \
	[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	apt-get update -qq && apt-get install -y -qq chromium-headless-shell >/dev/null; } || \
	command -v chromium >/dev/null || $(BIN)/playwright install --only-shell chromium

# The store's tests also run on a PostgreSQL of their own; where it cannot be installed they say that they skip it.
.PHONY: postgresql
postgresql:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; \
	else echo 'Without PostgreSQL (`sudo apt-get install postgresql`) its tests are skipped.'; fi; }

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
