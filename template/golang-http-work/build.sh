#!/bin/sh
# Builds the function beside this file: build.sh PROGRAM [VERSION [REVISION]]. The
# Dockerfile calls it, and so does the test that builds every function.
set -eu
cd "$(dirname "$0")"

# main.go imports a placeholder: the function keeps its own module path, so
# that it is the same module here and in the repository.
module=$(cd function && GOWORK=off go list -m)
sed "s|handler/function|$module|" main.go >main.go.new
mv main.go.new main.go

# "3.1.0 (4f1d2c3b4a59)", or only the version when the commit is not known.
version=${2:-dev}
[ -z "${3:-}" ] || version="$version ($(printf %.12s "$3"))"
# What makes the program a megabyte smaller: HTTP/2 is left out, which neither the gateway, nor
# DynamoDB, nor GitLab needs; functions are aligned to 16 bytes; nothing is inlined in AWS's library, in the
# API library and in the function's own package, which has a copy of the latter's code for each route.
CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags=nethttpomithttp2 \
	-gcflags="github.com/aws/...=-l" -gcflags="github.com/danielgtaylor/...=-l" -gcflags="$module=-l" \
	-ldflags="-s -w -funcalign=16 -X 'main.version=$version'" -o "$1" .
