#!/bin/bash
set -euo pipefail
if [[ $(id -u) == 0 ]]; then
    install -d -o notes -g notes "$NOTES_DIR/inbox"
    exec gosu notes "$0" "$@"
fi
umask 027
exec "$@"
