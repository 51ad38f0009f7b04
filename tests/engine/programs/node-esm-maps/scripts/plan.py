#!/usr/bin/env python3
import datetime, json, statistics, sys
import yaml
with open(sys.argv[1], encoding="utf-8") as f:
    week = yaml.safe_load(f)
out = [{"day": d["day"].strftime("%a %d"), "meal": d["meal"], "minutes": round(statistics.mean(d["minutes"]))} for d in week]
json.dump(out, sys.stdout, ensure_ascii=False)
