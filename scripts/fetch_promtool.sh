#!/usr/bin/env bash
# Puts promtool, which checks the metrics page, into build/tools/. It comes out of
# Debian's prometheus package, which is unpacked and not installed: installing it
# would start a Prometheus server. Does nothing when promtool is there.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=build/tools/promtool
[[ ! -x $tool ]] || exit 0

mkdir -p build/tools
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

download() { (cd "$tmp" && apt-get -q -o APT::Sandbox::User=root download prometheus); }
if ! download; then
  # The package lists are old or absent.
  if ((EUID == 0)); then apt-get -q update; else sudo apt-get -q update; fi
  download
fi
dpkg-deb -x "$tmp"/prometheus_*.deb "$tmp/root"
mv "$tmp/root/usr/bin/promtool" "$tool"
"$tool" --version | head -n 1
