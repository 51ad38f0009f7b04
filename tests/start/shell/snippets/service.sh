#!/bin/bash
### BEGIN INIT INFO
# Provides: service
### END INIT INFO
function log { logger -t "service[$$]" -- "$*" |& cat; }
readonly PIDFILE=/run/service.pid ARGS=(--port "${PORT:-80}" ${DEBUG:+--debug})
trap 'log "stopped"; exit $((128 + 15))' TERM
start() {
  [[ -e $PIDFILE && -d /proc/$(<"$PIDFILE") ]] && return 0
  for ((i = 0; i < ${#ARGS[@]}; i++)); do log "${ARGS[i]}"; done
  ulimit -n 65536 &>/dev/null
  start-stop-daemon --start --make-pidfile --pidfile "$PIDFILE" \
    --exec /usr/sbin/server -- "${ARGS[@]}" && log "started ${ARGS[*]@Q}"
}
case "${1-}" in
  start) start ;;
  re@(start|load)) "$0" stop; start ;&
  status) if (( $(pgrep -c server) > 0 )); then echo up; else echo down; fi ;;
  *) cat >&2 <<'EOF'
Usage: $0 {start|stop|(restart)} don't
EOF
    exit 3 ;;
esac
wait -n 2> >(grep -v 'no child' >&2)
