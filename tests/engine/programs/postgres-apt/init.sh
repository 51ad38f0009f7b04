#!/bin/bash
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --auth=trust --locale=C >/dev/null
  echo "port = 8822" >> "$PGDATA/postgresql.conf"
fi
exec postgres
