# make run   the environment in .venv, then the main job: check theorem du2019
# make test  the environment in .venv, then the tests
# make bench the environment in .venv with optax and PyTorch, then the wide engine against them: docs/benchmarks.md
.PHONY: run test bench env lint lock clean
.SHELLFLAGS := -eu -c
PYTHON ?= python3
RIVALS ?= optax torch==2.13.0
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never

run: env
	$(BIN)/check theorem du2019

test: env
	$(BIN)/python -m pytest -n 2 --dist loadfile

bench: env
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(RIVALS)
	$(BIN)/python -m benchmarks.wide

env: .venv/ready

.venv/ready: requirements-dev.txt requirements-build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==0.13.9"
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -b requirements-build.txt -e .
	@touch .venv/ready

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: env
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements-dev.txt
	printf 'hatchling>=1.27,<2\neditables\n' | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header - -o requirements-build.txt

clean:
	rm -rf .venv out
