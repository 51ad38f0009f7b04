#!/bin/sh
set -e
defined=$(printf '${%s} ' $(env | cut -d= -f1))
mkdir -p /etc/nginx/conf.d
for t in /etc/nginx/templates/*.template; do
    envsubst "$defined" < "$t" > "/etc/nginx/conf.d/$(basename "$t" .template)"
done
