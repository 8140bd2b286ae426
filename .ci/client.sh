#!/bin/sh
# Writes the command line's client of the API: client.sh FILE.
set -eu
cd "$(dirname "$0")/.."
messages=$(mktemp)
trap 'rm -f "$messages"' EXIT
# Its warning that the document is of OpenAPI 3.1 says nothing about the result.
go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.5.1 -config functions/ocim/api/generate.yaml frontend/src/api/openapi.json \
	>"$1" 2>"$messages" || { cat "$messages" >&2; exit 1; }
