#!/bin/sh
set -e
if [ "$1" = nginx ]; then
    for f in $(find /entrypoint.d -name '*.sh' | sort -V); do
        [ -x "$f" ] && "$f"
    done
fi
exec "$@"
