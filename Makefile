# Ocim. `make run` is all that is needed to try it; README.md has the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEADCODE    := golang.org/x/tools/cmd/deadcode@v0.52.0
DUPL        := github.com/mibk/dupl@v1.0.0
GREMLINS    := github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
FRONTEND    := npm --prefix frontend --no-fund --no-audit
# What is shipped and written by hand: neither tests nor their helpers.
PRODUCT      = $(shell git ls-files 'shared/*.go' 'functions/*.go' | grep -v '_test\.go$$\|test/\|/bench/\|/generated\.go$$')
GO_FILES     = $(shell git ls-files --cached --others --exclude-standard '*.go' | grep -v '/generated\.go$$')
VERSION      ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
SET_VERSION   = -ldflags "-X 'main.version=$(VERSION)'"
# The flags of the images' build, so that programs, checks and images share what is
# compiled. Only the race detector needs a C compiler.
export CGO_ENABLED := 0
export GOFLAGS     ?= -trimpath -tags=nethttpomithttp2 -gcflags=github.com/aws/...=-l -gcflags=github.com/danielgtaylor/...=-l

# Packages with tests that crash or pause a replica at any point, are large, measure the processor or crash the
# race detector: it tries some, a run without it all.
EVERY_POINT   = ./functions/webhook ./shared/bulk ./shared/fleetview ./shared/gitlab ./shared/grove ./shared/operation ./shared/pipelineaction ./shared/reconcile

# Packages that decide who may do what.
MUTATED     ?= shared/access shared/faas shared/identity functions/auth functions/clusters functions/instances functions/pipelines

UI_FILES     = $(shell git ls-files --cached --others --exclude-standard frontend)

.PHONY: help setup tools chromium generate generate-check build run serve dev test test-go test-frontend test-e2e deploy-check sbom vulnerabilities test-apiserver mutation check lint lint-go lint-frontend format bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

setup: tools frontend/node_modules/.ocim ## fetch what building needs
	@go mod download

tools:
	@sh .ci/tools.sh

# The marker tells the lock file that was installed.
frontend/node_modules/.ocim: frontend/package-lock.json
	@$(FRONTEND) ci
	@touch $@

chromium:
	@sh .ci/chromium.sh

generate: setup ## write the API document and what is generated from it
	@go run ./functions/local openapi > frontend/src/api/openapi.json.new
	@mv frontend/src/api/openapi.json.new frontend/src/api/openapi.json
	@$(FRONTEND) run --silent generate
	@mkdir -p build && sh .ci/client.sh build/client.go && mv build/client.go functions/ocim/api/generated.go
	@go run ./.ci/configuration > build/configuration.md && mv build/configuration.md shared/docs/configuration.md

generate-check: setup
	@sh .ci/generated.sh

frontend/dist/index.html: frontend/node_modules/.ocim $(UI_FILES)
	@$(FRONTEND) run --silent build
	@touch $@

functions/web/dist/index.html: frontend/dist/index.html
	@find functions/web/dist -mindepth 1 ! -name .gitkeep -delete
	@cp -R frontend/dist/. functions/web/dist/

build: setup functions/web/dist/index.html ## build the frontend, the programs for one machine and the command line
	@go build $(SET_VERSION) -o build/ocim-server ./functions/local
	@go build $(SET_VERSION) -o build/ocim-demo ./functions/demo
	@go build $(SET_VERSION) -o build/ocim ./functions/ocim

run: build ## run the demonstration on this machine
	@exec build/ocim-demo

serve: build ## run Ocim on this machine, for a fleet of your own
	@exec build/ocim-server

dev: setup ## serve the frontend from its sources, in front of a running Ocim
	@$(FRONTEND) run dev

# Much of the tests in Go is waiting, so those of the frontend run beside them.
test: setup generate-check build ## run every test
	@$(MAKE) --no-print-directory -j2 -O test-go test-frontend
	@$(MAKE) --no-print-directory test-e2e

test-go: setup
	@CGO_ENABLED=1 go test -race -timeout 20m -vet=off -ldflags=-w work # make lint vets
	@go test -timeout 20m -vet=off -run 'Anywhere|AtEachWrite|BoundsItsWork|Corpus|CostsTheSame|FiftyMegabytes|GrowsWith|Kills|OneBadProject|Paused|StopsWhenCanceled|TestQueue_|Thousand' $(EVERY_POINT)
	@go test -count=1 -timeout 2m ./.ci/house ./.ci/configuration # their input is not seen by go's cache of results

test-frontend: setup
	@$(FRONTEND) run --silent test

test-e2e: build chromium
	@$(FRONTEND) run --silent e2e

deploy-check: ## say what a deployment to OpenFaaS lacks
	@go run ./.ci/deploycheck

sbom: setup ## write a bill of materials for each image and program
	@sh .ci/sbom.sh

vulnerabilities: setup ## look for known vulnerabilities in the dependencies
	@sh .ci/vulnerabilities.sh

test-apiserver: setup ## try the inspector on a real API server of Kubernetes, built from its source
	@sh .ci/apiserver.sh build/apiserver
	@KUBEBUILDER_ASSETS=$(CURDIR)/build/apiserver go test -count=1 -timeout 10m -run TestAgainstARealAPIServer ./functions/inspector

mutation: setup ## change code that decides who may do what, and see whether a test fails; hours
	@sh .ci/mutation.sh $(GREMLINS) $(MUTATED)

check: setup ## check what has changed since main, in about a minute
	@sh .ci/check.sh

lint: setup ## check form, types, imports, dead and duplicate code
	@$(MAKE) --no-print-directory -j2 -O lint-go lint-frontend
	@echo "The longest files and functions (a report):"
	@go run ./.ci/length $(PRODUCT) | head -n 20

lint-go:
	@unformatted=$$(go run $(GOFUMPT) -l $(GO_FILES)); \
	  if [ -n "$$unformatted" ]; then echo "not formatted (run make format):"; echo "$$unformatted"; exit 1; fi
	@go vet work
	@go run $(STATICCHECK) work
	@go test -count=1 -timeout 2m ./.ci/house
	@dead=$$(go run $(DEADCODE) -filter '^github.com/open-craft/ocim/(shared|functions)' $$(go list -f '{{if eq .Name "main"}}{{.ImportPath}}{{end}}' work) | grep -v 'test/\|: Healths$$\|: Cures$$' || true); \
	  if [ -n "$$dead" ]; then echo "nothing reaches this code:"; echo "$$dead"; exit 1; fi
	@same=$$(printf '%s\n' $(PRODUCT) | go run $(DUPL) -files -plumbing -t 150); \
	  if [ -n "$$same" ]; then echo "the same code stands in several places:"; echo "$$same"; exit 1; fi

lint-frontend: setup
	@$(FRONTEND) run --silent typecheck
	@$(FRONTEND) run --silent lint
	@$(FRONTEND) run --silent format:check

format: setup ## format everything
	@go run $(GOFUMPT) -w $(GO_FILES)
	@$(FRONTEND) run --silent format

bench: build chromium ## run the benchmarks, in Go and in the browser
	@go test -run '^$$' -bench . -benchmem -timeout 1h work
	@$(FRONTEND) run --silent bench

clean: ## remove what was built, but nothing that is kept in .ocim
	@rm -rf build frontend/dist frontend/test-results
	@find functions/web/dist -mindepth 1 ! -name .gitkeep -delete
