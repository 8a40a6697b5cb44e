#!/usr/bin/env bash
# make-image.sh FOLDER IMAGE: makes an image of this machine's own Debian, from its own mirror, with the
# program `deploy` in it. FOLDER is emptied first; the images stay in FOLDER/storage.
set -euo pipefail
folder=$1 image=$2
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# Where apt takes packages from; debootstrap knows a mirror of its own where this says nothing.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $release" | head -n 1)

rm -rf "$folder"
mkdir -p "$folder"
# Device nodes of the new root are made here.
trap 'rm -rf "$folder/root"' EXIT
debootstrap --variant=minbase "$release" "$folder/root" ${mirror:+"$mirror"} > "$folder/debootstrap.log"
cat > "$folder/root/usr/local/bin/deploy" <<'PROGRAM'
#!/bin/sh
exec /opt/deploy/sdk "${1:-default}"
PROGRAM
chmod 755 "$folder/root/usr/local/bin/deploy"
tar --create --directory "$folder/root" . |
  CONTAINER_STORAGE=$folder/storage "$(dirname "$0")/docker" import - "$image"
