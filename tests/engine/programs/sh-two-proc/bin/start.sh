#!/bin/bash
set -eu
stop() { echo "stopping"; kill "$web" "$work" 2>/dev/null || true; wait "$web" "$work" 2>/dev/null || true; echo "clean" | tee spool/state; exit 0; }
trap stop TERM INT
sqlite3 spool/jobs.db < sql/schema.sql
busybox httpd -f -p 9113 -h www & web=$!
bin/worker.sh & work=$!
echo "web and worker up"
wait -n "$web" "$work" || true
echo "one died"; exit 1
