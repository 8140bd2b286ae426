#!/bin/sh
# Writes a bill of materials in CycloneDX's form for each image and program into
# build/sbom: what each one really links, read from the program, and for the pages the
# packages of the frontend.
#
#	sh .ci/sbom.sh [FUNCTION…]
set -eu
cd "$(dirname "$0")/.."
tool=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
out=$PWD/build/sbom
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bom() { # PROGRAM NAME
	(cd "$work" && go run "$tool" bin -json -std -output "$out/$2.cdx.json" "$1")
	echo "$out/$2.cdx.json"
}

if [ $# = 0 ]; then
	set -- auth clusters inspector instances pipelines sync web webhook
	(cd functions/local && GOWORK=off CGO_ENABLED=0 go build -trimpath -tags=nethttpomithttp2 -o "$work/ocim-server" .)
	bom "$work/ocim-server" ocim-server
	(cd functions/ocim && GOWORK=off CGO_ENABLED=0 go build -trimpath -tags=nethttpomithttp2 -o "$work/ocim" .)
	bom "$work/ocim" ocim
	npm --prefix frontend sbom --sbom-format cyclonedx --omit dev >"$out/frontend.cdx.json"
	echo "$out/frontend.cdx.json"
fi
for function in "$@"; do
	# As faas-cli lays out what an image is built from.
	dir=$work/$function
	cp -R template/golang-http-work "$dir"
	cp -R "functions/$function" "$dir/function"
	cp -R shared "$dir/function/shared"
	(cd "$dir" && GOWORK='' GOFLAGS='' sh build.sh "$work/$function.program" "${VERSION:-dev}")
	bom "$work/$function.program" "ocim-$function"
done
