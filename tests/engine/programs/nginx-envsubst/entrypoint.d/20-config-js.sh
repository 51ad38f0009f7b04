#!/bin/sh
echo "window.CONFIG = {backend: '$BACKEND_NAME', base: '$API_BASE'}" | sed "s/'/\"/g" > /srv/www/config.js
