#!/usr/bin/env bash
# Builds the image advantaged:VERSION on a Debian 12 machine without Docker, and tests what came out
# (docs/image.md). All of it is below build/image:
#
#   advantaged.tar         the image, for `docker load` or `podman load`
#   advantaged.spdx.json   the packages in it
#   storage/               images, the base among them, which is kept
#   podman                 podman on these: build/image/podman run ...
#
# Packages come from where this machine's apt takes them. Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

((EUID == 0)) || { echo 'make image needs root: debootstrap and buildah make device files and mounts' >&2; exit 1; }
folder=$PWD/build/image
mkdir -p "$folder"
version=$(sed -nE 's/^ *VERSION ([0-9.]+)$/\1/p' CMakeLists.txt)
revision=$(git rev-parse HEAD)$(git diff --quiet HEAD || echo -modified)
# Times in the image are that of the commit, so that the same commit gives the same files.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

# Overlays where the kernel has them: vfs copies the whole system for every step.
storage=(--root "$folder/storage" --runroot "$folder/run")
command buildah "${storage[@]}" --storage-driver overlay info >/dev/null 2>&1 && driver=overlay || driver=vfs
storage+=(--storage-driver "$driver")
buildah() { command buildah "${storage[@]}" "$@"; }
printf '#!/bin/sh\nexec podman %s --runtime runc "$@"\n' "${storage[*]}" >"$folder/podman"
chmod +x "$folder/podman"

# apt's own view of its sources, without third parties, whatever the file they are written in.
sources() {
  apt-get indextargets --format "\$(REPO_URI) \$(CODENAME) \$(COMPONENT)" 'Created-By: Packages' 'Origin: Debian' |
    grep -E ' bookworm(-updates|-security)? main$' | sort -u
}
[[ -n $(sources) ]] || apt-get -q update
sources | while read -r uri codename component; do
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: %s\nSigned-By: %s\n\n' "$uri" "$codename" "$component" \
    /usr/share/keyrings/debian-archive-keyring.gpg
done >"$folder/debian.sources"
apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-)' >"$folder/apt.conf" || true

base=localhost/debian:bookworm
if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  rm -rf "$folder/base"
  debootstrap --variant=minbase bookworm "$folder/base" "$(sources | awk '$2 == "bookworm" { print $1; exit }')"
  # Sources are given to each step that needs them.
  rm -f "$folder/base/etc/apt/sources.list" "$folder"/base/var/cache/apt/archives/*.deb
  container=$(buildah from scratch)
  buildah add -q "$container" "$folder/base" /
  buildah commit -q --rm "$container" "$base"
  rm -rf "$folder/base"
fi

image=localhost/advantaged:$version
# A process may have few files open by default, of which a server needs two for each connection.
buildah bud --isolation chroot --pull-never --layers --timestamp "$epoch" --ulimit nofile=8192:8192 \
  --secret "id=apt-sources,src=$folder/debian.sources" --secret "id=apt-settings,src=$folder/apt.conf" \
  --build-arg "BASE=$base" --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --tag "$image" .

rm -f "$folder/advantaged.tar"
buildah push -q "$image" "docker-archive:$folder/advantaged.tar:advantaged:$version"
buildah inspect --type image --format '{{.Config}}' "$image" >"$folder/config.json"
container=$(buildah from --pull-never "$image")
trap 'buildah rm "$container" >/dev/null' EXIT
root=$(buildah mount "$container")
/usr/bin/python3 deploy/image/spdx.py --root "$root" --version "$version" --created "$epoch" >"$folder/advantaged.spdx.json"
[[ -x $folder/venv/bin/python ]] || /usr/bin/python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q spdx-tools==0.8.5
PYTHONPATH=tests/deploy ADVANTAGED_IMAGE=$image ADVANTAGED_IMAGE_FOLDER=$folder ADVANTAGED_IMAGE_ROOT=$root \
  /usr/bin/python3 -m pytest -q -rP -p no:cacheprovider tests/deploy/image/made_test.py
