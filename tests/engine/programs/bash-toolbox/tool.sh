#!/usr/bin/env bash
set -euo pipefail
here=/usr/local/lib/tool
for part in "$here"/*.bash; do source "$part"; done
command=${1:-help}; shift || true
"cmd_$command" "$@"
