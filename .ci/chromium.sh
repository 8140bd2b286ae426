#!/bin/sh
# Makes sure that the browser tests find a Chromium: the one that OCIM_CHROMIUM names, or what Debian packages.
# As root on Debian, installs the headless shell: the same engine without windows, at half the processor time.
set -eu
shell=/usr/bin/chromium-headless-shell
[ -x "${OCIM_CHROMIUM:-$shell}" ] && exit 0
if [ -z "${OCIM_CHROMIUM:-}" ]; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "installing Chromium's headless shell"
		export DEBIAN_FRONTEND=noninteractive
		{ apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium-headless-shell >/dev/null; } || true
	fi
	if [ -x "$shell" ] || [ -x /usr/bin/chromium ]; then exit 0; fi
fi
echo "Chromium is missing${OCIM_CHROMIUM:+ at $OCIM_CHROMIUM}: install it (Debian: apt-get install chromium-headless-shell) or set OCIM_CHROMIUM to its path." >&2
exit 1
