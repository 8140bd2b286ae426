#!/bin/sh
# Fails if a file that `make generate` writes is not what it would write now.
set -eu
cd "$(dirname "$0")/.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

stale() {
	echo "$1 is out of date: run make generate, and commit the result" >&2
	exit 1
}

go run ./functions/local openapi >"$fresh/openapi.json"
cmp -s "$fresh/openapi.json" frontend/src/api/openapi.json || stale frontend/src/api/openapi.json
(cd frontend && npx --no-install openapi-typescript src/api/openapi.json -o "$fresh/schema.d.ts" >/dev/null)
cmp -s "$fresh/schema.d.ts" frontend/src/api/schema.d.ts || stale frontend/src/api/schema.d.ts

sh .ci/client.sh "$fresh/client.go"
cmp -s "$fresh/client.go" functions/ocim/api/generated.go || stale functions/ocim/api/generated.go

go run ./.ci/configuration >"$fresh/configuration.md"
cmp -s "$fresh/configuration.md" shared/docs/configuration.md || stale shared/docs/configuration.md
