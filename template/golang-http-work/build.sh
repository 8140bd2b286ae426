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
# Nothing is inlined in the function's own package: it has a copy of the API library's code for
# each route, which makes the program up to 0.3 MB smaller.
CGO_ENABLED=0 go build -trimpath -buildvcs=false -gcflags="$module=-l" -ldflags="-s -w -X 'main.version=$version'" -o "$1" .
