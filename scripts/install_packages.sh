#!/usr/bin/env bash
# Usage: scripts/install_packages.sh GROUP...
#
# Installs what is missing of the Debian packages listed in
# scripts/packages/GROUP.txt. Says nothing, asks no package server and needs no
# rights when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")"

if (($# == 0)); then
  echo "usage: $0 GROUP..., of: $(cd packages && ls ./*.txt | sed 's|./||; s|\.txt||' | xargs)" >&2
  exit 2
fi

wanted=$(for group in "$@"; do sed 's/#.*//' "packages/$group.txt"; done | xargs -n1 | sort -u)
# shellcheck disable=SC2086  # one word per package
present=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
  sed -n 's/^installed //p' | sort -u || true)
missing=$(comm -23 <(echo "$wanted") <(echo "$present") | xargs)
[[ -n $missing ]] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "missing packages (Debian names), and no apt-get to install them: $missing" >&2
  exit 1
fi
as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || { echo "need root or sudo to install: $missing" >&2; exit 1; }
  as_root=(sudo)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"; }

echo "Installing: $missing"
apt update
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing
