#!/bin/sh
# Looks for known vulnerabilities in what Ocim is made of. It fails when there are some,
# and says clearly when a database could not be asked: then nothing was checked there.
set -u
cd "$(dirname "$0")/.."
failed=0
unchecked=0

# report NAME UNREACHABLE COMMAND…: UNREACHABLE is what the command says when it cannot
# reach its database.
report() {
	name=$1 unreachable=$2
	shift 2
	if out=$("$@" 2>&1); then
		echo "$name: no known vulnerabilities"
	elif echo "$out" | grep -qE "$unreachable"; then
		echo "$name: NOT CHECKED, because the database can't be reached: $(echo "$out" | grep -E "$unreachable" | head -n 1)"
		unchecked=1
	else
		echo "$out"
		echo "$name: vulnerable, or the check failed (see above)"
		failed=1
	fi
}

for module in shared functions/auth functions/clusters functions/inspector functions/instances functions/local functions/ocim functions/pipelines functions/sync functions/web functions/webhook; do
	report "Go, $module" 'fetching vulnerabilities|vuln\.go\.dev' go run "${GOVULNCHECK:-golang.org/x/vuln/cmd/govulncheck@v1.1.4}" -C "$module" ./...
	# One answer is enough to know that it can't be reached.
	[ "$unchecked" = 0 ] || break
done
report "npm" 'audit endpoint returned an error|ENOTFOUND|EAI_AGAIN|ECONNREFUSED' npm --prefix frontend audit --omit dev
exit "$failed"
