#!/bin/bash
cd "$(dirname "$0")" || exit 1
[ -f local.env ] && . ./local.env
for h in hooks/*.hook; do . "$h" || exit 9; done
[ $# -gt 0 ] && [ "$1" != board ] && set -- board "$@"
exec "$@"
