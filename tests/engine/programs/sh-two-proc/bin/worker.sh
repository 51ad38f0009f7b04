#!/bin/bash
while sleep 0.3; do
    for job in spool/*.job; do
        [ -e "$job" ] || continue
        kind=$(awk -F= '$1 == "kind" { print $2 }' "$job"); arg=$(awk -F= '$1 == "arg" { print $2 }' "$job")
        case $kind in
            sum) out=$(echo "scale=3; $arg" | bc -l) ;;
            money) out=$(printf "%'.2f" "${arg/./,}") ;;
            day) out=$(date -d "@$arg" '+%A %d. %B %Y %H:%M %Z') ;;
            *) out="unknown" ;;
        esac
        sqlite3 spool/jobs.db "INSERT INTO done (name, result) VALUES ('$(basename "$job" .job)', '$out')"
        rm -f "$job"
    done
done
