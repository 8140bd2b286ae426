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

version=github.com/open-craft/ocim/shared/version
CGO_ENABLED=0 go build -trimpath -buildvcs=false \
	-ldflags="-s -w -X $version.Version=${2:-dev} -X $version.Revision=${3:-}" -o "$1" .
