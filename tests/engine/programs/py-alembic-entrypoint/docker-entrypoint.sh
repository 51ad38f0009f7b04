#!/bin/sh
set -e
alembic upgrade head
case "$1" in
  web) exec gunicorn -k gevent --bind "0.0.0.0:${PORT:-8000}" --access-logfile - app:app ;;
  shell) exec python ;;
  *) exec "$@" ;;
esac
