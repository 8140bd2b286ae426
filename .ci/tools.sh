#!/bin/sh
# Says exactly what is missing on this machine, if anything.
set -eu

fail() {
	echo "$1" >&2
	exit 1
}

# at_least HAVE WANT compares versions such as 1.26.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

command -v go >/dev/null || fail "Go is missing: install Go 1.26 or newer, https://go.dev/dl/"
have=$(go env GOVERSION | sed 's/^go//')
at_least "$have" 1.26 || fail "Go is $have: install Go 1.26 or newer, https://go.dev/dl/"

command -v node >/dev/null && command -v npm >/dev/null || fail "Node.js is missing: install Node.js 20.19 or newer with npm, https://nodejs.org/"
have=$(node --version | sed 's/^v//')
at_least "$have" 20.19 || fail "Node.js is $have: install Node.js 20.19 or newer, https://nodejs.org/"
