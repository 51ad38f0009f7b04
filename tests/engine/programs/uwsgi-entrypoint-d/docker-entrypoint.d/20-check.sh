#!/bin/bash
shopt -s nullglob
[[ ${TZ:-UTC} == UTC || -e /usr/share/zoneinfo/$TZ ]] || { echo "bad zone $TZ"; exit 1; }
rm -f "$STOCK_DATA"/*.ndjson
