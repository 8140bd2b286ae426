#!/bin/sh
# Makes sure that the browser given as $1 is there: installs it as root on
# Debian, else says what to install.
set -eu
[ -x "$1" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing Chromium"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -qq -y --no-install-recommends chromium >/dev/null
fi
[ -x "$1" ] || {
	echo "Chromium is missing at $1: install it (Debian, Ubuntu: apt-get install chromium) or set CHROMIUM to its path." >&2
	exit 1
}
