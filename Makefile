# Every target is one line over `python -m retention_helpers`; the first call sets up .venv by itself.
# It needs Python 3.11 and make; uv is used when it is there, else pip. `make` alone lists the targets.

PROFILE   = sample
PERIOD    =
FROM      =
TO        =
NOTEBOOKS =
LOCALE    =
NAME      =
FOLDER    =
CUSTOMER  =
SEND      =
EXAMPLES  =
KILLS     =
ARGS      =
PYTHON    =

PY     = .venv/bin/python
RETAIN = $(PY) -m retention_helpers
WHICH  = --profile '$(PROFILE)' $(if $(PERIOD),--period '$(PERIOD)') $(if $(NOTEBOOKS),--notebooks '$(NOTEBOOKS)')

# A kernel starts in notebooks/: a relative folder of data would be another one there.
ifdef RETENTION_DATA
export RETENTION_DATA := $(abspath $(RETENTION_DATA))
endif
export PIP_DISABLE_PIP_VERSION_CHECK = 1
.DELETE_ON_ERROR:
.PHONY: help lint chaos report backfill plan status mail mail-preview alerts pdf data-check notebook new sample setup setup-dev check test fuzz codebook words readme-picture screenshots validate-models bench bench-models validate-impact bench-impact bench-pipeline format lock audit forget prune clean

help:  ## List the targets
	@echo 'make report PROFILE=sample PERIOD=2026-10 NOTEBOOKS=summary,cohorts  (only "make report" is needed)'
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-14s %s\n' "$$name" "$$what"; done

# ---- reports

report: .venv/.ready  ## Publish a month: [PROFILE=sample] [PERIOD=last complete month] [NOTEBOOKS=a,b] [LOCALE=en|ru|uk] [ARGS=..]
	$(RETAIN) run $(WHICH) $(if $(LOCALE),--locale '$(LOCALE)') $(ARGS)

backfill: .venv/.ready  ## Publish a row of months: FROM=2026-01 TO=2026-06 [PROFILE=sample] [NOTEBOOKS=a,b]
	$(RETAIN) run --profile '$(PROFILE)' --from '$(FROM)' $(if $(TO),--to '$(TO)') $(if $(NOTEBOOKS),--notebooks '$(NOTEBOOKS)') $(ARGS)

plan: .venv/.ready  ## Say what a run would do, and why: [PROFILE=sample] [PERIOD=last] [NOTEBOOKS=a,b] [ARGS=--json]
	$(RETAIN) plan $(WHICH) $(ARGS)

status: .venv/.ready  ## Say what is published and what failed: [PROFILE=sample] [ARGS=--json]
	$(RETAIN) status --profile '$(PROFILE)' $(ARGS)

mail: .venv/.ready  ## Write the mails of a month to the outbox, send them when told: [PROFILE=sample] [PERIOD=last] [SEND=1]
	$(RETAIN) mail --profile '$(PROFILE)' $(if $(PERIOD),--period '$(PERIOD)') $(if $(filter-out 0,$(SEND)),--send) $(ARGS)

mail-preview: .venv/.ready  ## Write the mails of a month as pages to look at: [PROFILE=sample] [PERIOD=last]
	$(RETAIN) mail --profile '$(PROFILE)' $(if $(PERIOD),--period '$(PERIOD)') --preview $(ARGS)

alerts: .venv/.ready  ## Tell the channels of RETENTION_ALERT_URLS of a month's alerts: [PROFILE=sample] [PERIOD=last]
	$(RETAIN) mail --profile '$(PROFILE)' $(if $(PERIOD),--period '$(PERIOD)') --alerts $(ARGS)

pdf: .venv/.ready  ## Print a published month through Chromium to reports/_pdf/: [PROFILE=sample] [PERIOD=last] [NOTEBOOKS=a,b]
	$(RETAIN) pdf $(WHICH) $(ARGS)

data-check: .venv/.ready  ## Say who is counted and every problem of the source, write nothing: [PROFILE=sample] [ARGS=--json]
	$(RETAIN) data-check --profile '$(PROFILE)' $(ARGS)

forget: .venv/.ready  ## Take a customer out of facts, lists, pages and letters, for good: CUSTOMER=id [PROFILE=sample]
	$(RETAIN) forget '$(CUSTOMER)' --profile '$(PROFILE)' $(ARGS)

prune: .venv/.ready  ## Remove old versions of all months: [ARGS="--keep 3 --personal-days 400 --cache-days 90"]
	$(RETAIN) prune $(ARGS)

notebook: .venv/.ready  ## Open the notebooks in JupyterLab
	$(RETAIN) sample
	$(PY) -m jupyterlab notebooks $(ARGS)

new: .venv/.ready  ## Begin a notebook from the template: NAME=my_question
	$(RETAIN) new '$(NAME)' $(ARGS)

sample: .venv/.ready  ## Write the source files of the sample company: [FOLDER=where its profile looks for them]
	$(RETAIN) sample $(if $(FOLDER),'$(FOLDER)') $(ARGS)

# ---- the gate

# Tests share the cores by processes: threads of the numeric libraries would only get in each other's way. Bytecode is
# written whatever the machine says: else each process compiles all tests again.
check test fuzz chaos: export OPENBLAS_NUM_THREADS = 1
check test fuzz chaos: export OMP_NUM_THREADS = 1
check test fuzz chaos: export PYTHONDONTWRITEBYTECODE =

lint: .venv/.ready-dev  ## Without a test: ruff, formats, contracts, codebook, words
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	.venv/bin/lint-imports --no-logo
	$(PY) docs/make_codebook.py --check
	$(PY) docs/make_catalogues.py --check

check: lint  ## Fast gate: what needs no test, and the fast tests
	$(PY) -m pytest -m 'not slow' -n auto --dist worksteal $(ARGS)

test: lint  ## Everything: all tests, many examples of each property, all notebooks, whole runs, pages in a browser
	@.ci/browser
	$(PY) -m pytest --hypothesis-profile=thorough -n auto --dist worksteal $(ARGS)

fuzz: export EXAMPLES := $(EXAMPLES)
fuzz: .venv/.ready-dev  ## Hold every metric against its slow twin on made-up and adversarial shops: [EXAMPLES=10000]
	$(PY) -m pytest -m hypothesis -k twin --hypothesis-profile=fuzz -n auto --dist worksteal tests/facts tests/metrics $(ARGS)

chaos: export KILLS := $(or $(KILLS),100)
chaos: .venv/.ready-dev  ## Kill a run at 100 random moments: no torn month, nobody left behind: [KILLS=100]
	$(PY) -m pytest -q tests/end_to_end/test_chaos.py $(ARGS)

format: .venv/.ready-dev  ## Repair what ruff can repair, empty the notebooks of their outputs
	$(PY) -m ruff check --fix
	$(PY) -m ruff format
	$(PY) -m nbstripout notebooks/*.ipynb

codebook: .venv/.ready-dev  ## Write docs/codebook.md anew from the docstrings and the SQL
	$(PY) docs/make_codebook.py

words: .venv/.ready-dev  ## Gather what readers see into the catalogues, for translation
	$(PY) docs/make_catalogues.py

readme-picture: .venv/.ready-dev  ## Take README's picture anew, from a page of the sample
	$(PY) docs/make_pictures.py readme $(ARGS)

screenshots: .venv/.ready-dev  ## Take pictures of every page and mail of the sample: [FOLDER=.cache/pictures] [ARGS=--keep]
	$(PY) docs/make_pictures.py screenshots $(if $(FOLDER),'$(FOLDER)') $(ARGS)

validate-models: .venv/.ready-dev  ## Write docs/models-validation.md anew: do intervals hold the truth? (a quarter of an hour) [ARGS=--companies 2000]
	$(PY) docs/make_validation.py $(ARGS)

bench: .venv/.ready-dev  ## What the facts cost beside one reading of the orders, and their memory: [ARGS="--rows 100000000 --folder DIR"]
	$(PY) -m docs.make_facts_bench $(ARGS)

bench-models: .venv/.ready-dev  ## Write docs/models-bench.md anew: what the models cost beside other libraries [ARGS=--lifetimes /its/env/bin/python]
	$(PY) docs/make_bench.py $(ARGS)

bench-pipeline: .venv/.ready-dev  ## Processor time of runs beside that of their cells, and beside other ways: [ARGS=--months 12]
	$(PY) -m docs.make_pipeline_bench $(ARGS)

validate-impact: .venv/.ready-dev  ## Write docs/impact-validation.md anew: does the effect of the programme hold the truth? (hours) [ARGS=--minutes 40]
	$(PY) -m docs.make_impact_validation $(ARGS)

bench-impact: .venv/.ready-dev  ## Time and memory of the effect of the programme at 20,000, 100,000 and 1,000,000 customers
	$(PY) -m docs.make_impact_bench $(ARGS)

# ---- the environment

setup: .venv/.ready  ## Set up .venv for reports and notebooks (every target does it when needed)
setup-dev: .venv/.ready-dev  ## Set up .venv for the tests

.venv/.ready: requirements.txt constraints.txt pyproject.toml
	@.ci/setup requirements.txt '$(PYTHON)'
	@touch $@

.venv/.ready-dev: requirements-dev.txt requirements-alerts.txt .venv/.ready
	@.ci/setup requirements-dev.txt '$(PYTHON)'
	@touch $@

# The 3.12 branches of the lock are for another Python than ours.
lock:  ## Write constraints.txt anew from the direct pins (needs uv; ARGS=--upgrade takes newer transitive versions)
	sed '/^-/d' requirements.txt requirements-alerts.txt requirements-dev.txt | uv pip compile - --universal --python-version 3.11 --no-annotate --custom-compile-command 'make lock' --quiet -o constraints.txt $(ARGS)
	grep -v "= '3\.12" constraints.txt > constraints.tmp && mv constraints.tmp constraints.txt

# Apart from .venv: it is no part of what runs here.
audit: .venv/.ready  ## Hold every pinned version against published advisories (asks the network)
	@test -x .cache/audit/bin/pip-audit || { $(PY) -m venv .cache/audit && .cache/audit/bin/python -m pip install --quiet pip-audit==2.10.1; }
	.cache/audit/bin/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip $(ARGS)

clean:  ## Remove .venv and what the tools left; facts (.cache) and published reports stay
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info
	find retention_helpers tests docs notebooks \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
