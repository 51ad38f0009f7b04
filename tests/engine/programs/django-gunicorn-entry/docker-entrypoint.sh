#!/bin/sh
set -e

if [ "$1" = "gunicorn" ]; then
    python manage.py migrate --noinput
    python manage.py import_catalog books/fixtures/catalog.csv
    chown -R www-data:www-data "$(dirname "$DATABASE_PATH")"
fi

exec "$@"
