# What each target does: make help. The work is done by the scripts in sharingvalue/run/.

.DEFAULT_GOAL := help
.PHONY: help setup run test test-services check screenshots requirements

help: ## lists the targets, a line each
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## makes the environment: system libraries, .venv, pinned packages
	@bash sharingvalue/run/setup.sh run

run: ## runs the demonstration at http://127.0.0.1:8000 (PORT=9000 make run moves it)
	@bash sharingvalue/run/start.sh

test: ## runs the whole test suite on the embedded database (ARGS="-k purpose" passes arguments on)
	@bash sharingvalue/run/test.sh $(ARGS)

test-services: ## runs the same suite on PostgreSQL and Redis
	@bash sharingvalue/run/services.sh $(ARGS)

check: ## lints, checks types, imports, templates, migrations and deployment settings
	@bash sharingvalue/run/check.sh

screenshots: ## takes every screen in a real browser, and renews the README's pictures
	@bash sharingvalue/run/setup.sh test
	@.venv/bin/python -m tests.browser.screens $(ARGS)

requirements: ## compiles the pinned requirement files from pyproject.toml
	@bash sharingvalue/run/requirements.sh
