#!/bin/sh
# Pins the base images of a Dockerfile that are not pinned yet by the digests that their
# tags have now, so that what is published says what it was built from, and lists all base images:
#
#	sh .ci/pin.sh DOCKERFILE…
set -eu
for file in "$@"; do
	for image in $(sed -n 's/^FROM --platform=[^ ]* \([^ ]*\).*/\1/p' "$file" | grep -v @ || true); do
		digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
		case $digest in
		sha256:????????????????????????????????????????????????????????????????) ;;
		*)
			echo "$image: $digest is not a digest" >&2
			exit 1
			;;
		esac
		sed "s|^\(FROM --platform=[^ ]*\) $image|\1 $image@$digest|" "$file" >"$file.pinned"
		cat "$file.pinned" >"$file"
		rm "$file.pinned"
	done
	sed -n "s|^FROM --platform=[^ ]* \([^ ]*\).*|$file: \1|p" "$file"
done
