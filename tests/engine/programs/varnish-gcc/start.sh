#!/bin/bash
set -e
cd /srv/backend
python3 server.py "$BACKEND_PORT" &
back=$!
sed "s/@PORT@/$BACKEND_PORT/" /etc/varnish/backends.vcl.in > /etc/varnish/backends.vcl
varnishd -F -f /etc/varnish/main.vcl -a "$LISTEN" -T 127.0.0.1:18814 -S /etc/varnish/secret -s malloc,"$STORE" -n /var/lib/varnish/edge > /dev/null 2>&1 &
front=$!
trap 'kill $front $back; wait; echo stopped; exit 0' TERM INT
wait -n
exit 1
