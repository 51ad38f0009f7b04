#!/bin/sh
# Writes the server's port into its configuration, then becomes the command.
set -e
sed "s/PORT/${PORT:-8080}/" /etc/nginx/templates/default.conf.template > /etc/nginx/sites-enabled/default
exec "$@"
