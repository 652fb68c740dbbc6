#!/usr/bin/env bash
# Puts prometheus, which the tests let scrape the server, and promtool, which checks
# the metrics page, into build/tools/. They come out of Debian's package, which is
# unpacked and not installed: installing it would start a Prometheus service on this
# machine. Neither needs any other file. Does nothing when both are there.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=build/tools
[[ ! -x $tools/prometheus || ! -x $tools/promtool ]] || exit 0

mkdir -p "$tools"
# On the same file system, so that a tool appears whole or not at all.
tmp=$(mktemp -d "$tools/fetch.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

download() { (cd "$tmp" && apt-get -q -o APT::Sandbox::User=root download prometheus); }
if ! download; then
  # The package lists are old or absent.
  if ((EUID == 0)); then apt-get -q update; else sudo apt-get -q update; fi
  download
fi
dpkg-deb -x "$tmp"/prometheus_*.deb "$tmp/unpacked"
mv "$tmp"/unpacked/usr/bin/{prometheus,promtool} "$tools"
"$tools/prometheus" --version | head -n 1
