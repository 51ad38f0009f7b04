#!/bin/sh
set -eu
log() { [ -n "${QUIET:-}" ] || echo "entrypoint: $*"; }

file_env() {
    eval "f=\${${1}_FILE:-}"
    if [ -n "$f" ]; then
        [ -r "$f" ] || { log "cannot read $f" >&2; exit 78; }
        export "$1=$(cat "$f")"
    fi
}

if [ "${1#-}" != "$1" ]; then
    set -- uwsgi "$@"
fi

if [ "$1" = uwsgi ]; then
    file_env STOCK_TOKEN
    find /docker-entrypoint.d -follow -type f | sort -V | while read -r f; do
        case "$f" in
            *.envsh) log "sourcing $(basename "$f")"; . "$f" ;;
            *.sh) if [ -x "$f" ]; then log "running $(basename "$f")"; "$f"; else log "skipping $(basename "$f")"; fi ;;
            *.json) log "loading $(basename "$f")"; jq -c '.[]' "$f" >> "$STOCK_DATA/items.ndjson" ;;
            *) log "ignoring $(basename "$f")" ;;
        esac
    done
    if [ "$(id -u)" = 0 ]; then
        chown -R stock:stock "$STOCK_DATA" /run/stock
        exec setpriv --reuid=stock --regid=stock --init-groups --inh-caps=-all --no-new-privs "$@"
    fi
fi
exec "$@"
