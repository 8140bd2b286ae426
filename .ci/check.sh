#!/bin/sh
# Checks what has changed since the branch left main: formatting, vet, the import rules
# and the tests of the changed packages and pages. `make test` runs all the others.
set -eu
cd "$(dirname "$0")/.."

base=$(git merge-base HEAD "${BASE:-main}" 2>/dev/null || git rev-parse HEAD)
changed=$( (git diff --name-only --diff-filter=d "$base"; git ls-files --others --exclude-standard) | sort -u)

go_files=$(echo "$changed" | grep '\.go$' || true)
if [ -n "$go_files" ]; then
	unformatted=$(gofmt -l $go_files)
	[ -z "$unformatted" ] || { echo "not formatted (run make format): $unformatted" >&2; exit 1; }
	go vet work
	packages=$(echo "$go_files" | grep -v '/testdata/' | xargs -n 1 dirname | sort -u | sed 's|^|./|')
	go test -short -timeout 80s ./.ci/house $packages
fi
if echo "$changed" | grep -q '^frontend/'; then
	npm --prefix frontend run --silent typecheck
	(cd frontend && npx --no-install vitest run --changed "$base")
fi
