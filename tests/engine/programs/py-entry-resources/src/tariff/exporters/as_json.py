import json


def export(bill):
    return json.dumps(bill, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
