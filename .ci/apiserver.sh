#!/bin/sh
# Builds kube-apiserver, of the version whose client the inspector has, and etcd into FOLDER:
# apiserver.sh FOLDER. Neither has a release of its own for every machine, and the module proxy has both.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
minor=$(sed -n 's/^\tk8s\.io\/api v0\.\(.*\)$/\1/p' "$root/functions/inspector/go.mod")
[ -n "$minor" ]
own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
export GOFLAGS=-mod=mod GOWORK=off CGO_ENABLED=0

# A module that asks for PROGRAM@VERSION, since go install refuses modules with replacements.
begin() {
	mkdir "$own/$1" && cd "$own/$1"
	go mod init apiserver >/dev/null 2>&1
	printf '//go:build tools\n\npackage apiserver\n\nimport _ "%s"\n' "$2" >tools.go
}

if [ "$(cat "$out/kubernetes-version" 2>/dev/null)" != "v1.$minor" ]; then
	begin kubernetes k8s.io/kubernetes/cmd/kube-apiserver
	declared=$(go mod download -json "k8s.io/kubernetes@v1.$minor" | sed -n 's/^.*"GoMod": "\(.*\)".*$/\1/p')
	# Its own go.mod takes these from folders beside it; they are published as well.
	for m in $(sed -n 's/^\t\(k8s\.io\/[a-z-]*\) v0\.0\.0$/\1/p' "$declared"); do
		go mod edit -require "$m@v0.$minor" -replace "$m=$m@v0.$minor"
	done
	go mod edit -require "k8s.io/kubernetes@v1.$minor"
	go mod tidy >/dev/null 2>&1
	go build -ldflags='-s -w' -o "$out/kube-apiserver" k8s.io/kubernetes/cmd/kube-apiserver
	echo "v1.$minor" >"$out/kubernetes-version"
fi
if [ ! -x "$out/etcd" ]; then
	begin etcd go.etcd.io/etcd/server/v3
	go mod edit -require go.etcd.io/etcd/server/v3@v3.7.3
	go mod tidy >/dev/null 2>&1
	go build -ldflags='-s -w' -o "$out/etcd" go.etcd.io/etcd/server/v3
fi
