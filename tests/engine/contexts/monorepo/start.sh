#!/bin/sh
# Starts the three services; the web server is the one that is waited for.
export PORT="${PORT:-8080}"
export SEARCH_PORT="$((PORT + 1))" SCORING_PORT="$((PORT + 2))"
/srv/mono/bin/search &
/srv/mono/services/scoring/.venv/bin/python /srv/mono/services/scoring/scoring.py &
exec node /srv/mono/web/server.js
