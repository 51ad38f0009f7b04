#!/bin/sh
set -e
mkdir -p /run/stock/spool
envsubst '$STOCK_PORT $STOCK_PROCESSES' < /etc/uwsgi/stock.ini.in > /run/stock/uwsgi.ini
