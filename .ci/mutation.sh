#!/bin/sh
# Changes the code of each FOLDER in small ways, one at a time, and sees whether a test of the
# folder fails: mutation.sh TOOL FOLDER… What survives is listed as LIVED. It fails where
# fewer than 95% are noticed.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
tool=$1
shift
# Within the repository, where the copies' tests find what they need of the frontend.
mkdir -p build
own=$(mktemp -d "$root/build/mutation-XXXXXX")
export TMPDIR="$own"
trap 'rm -rf "$own"' EXIT
GOBIN="$own" go install "$tool"

failed=0
for folder in "$@"; do
	module=$folder
	until [ -f "$module/go.mod" ]; do module=$(dirname "$module"); done
	# The tool works on a copy of the module, where neither go.work nor a relative path to
	# shared is right.
	cp "$module/go.mod" "$own/go.mod"
	cat "$module/go.sum" shared/go.sum go.work.sum 2>/dev/null | sort -u >"$own/go.sum"
	[ "$module" = shared ] || go mod edit -replace "github.com/open-craft/ocim/shared=$root/shared" "$own/go.mod"
	echo "== $folder"
	inside=.${folder#"$module"}
	(cd "$module" && GOWORK=off GOFLAGS="-trimpath -tags=nethttpomithttp2 -vet=off -ldflags=-w -mod=mod -modfile=$own/go.mod" "$own/gremlins" unleash "$inside" \
		--workers "${MUTATION_WORKERS:-1}" --timeout-coefficient "${MUTATION_TIMEOUT:-20}" --output-statuses lt ${MUTATION_FLAGS:-}) | tee "$own/report"
	reached=$(sed -n 's/^Test efficacy: \([0-9.]*\)%.*/\1/p' "$own/report")
	case "$reached:$(grep -c '^Dry run completed' "$own/report")" in
	:0) echo "$folder: not tried" >&2 && failed=1 ;;
	:*) ;;
	*) awk "BEGIN { exit $reached < 95 }" || { echo "$folder: below 95%" >&2 && failed=1; } ;;
	esac
done
exit "$failed"
