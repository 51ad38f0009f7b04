#!/bin/sh
if [ "$(id -u)" = 0 ]; then exec gosu nobody "$@"; fi
exec "$@"
