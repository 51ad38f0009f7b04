import datetime
import json
import os
import pathlib

import bottle
from bottle import mako_view, request, response

bottle.TEMPLATE_PATH.insert(0, "/srv/stock/views")
DATA = pathlib.Path(os.environ["STOCK_DATA"])
application = bottle.Bottle()


def items():
    return [json.loads(l) for l in (DATA / "items.ndjson").read_text(encoding="utf-8").splitlines()]


@application.get("/health")
def health():
    return {"ok": bool(items())}


@application.get("/")
@mako_view("list.mako")
def home():
    return {"items": items(), "day": datetime.datetime.fromtimestamp(1704067200).strftime("%Y-%m-%d %H:%M %Z")}


@application.get("/item/<sku:path>")
def item(sku):
    for i in items():
        if i["sku"] == sku:
            return i
    bottle.abort(404, "no such item")


@application.post("/count")
def count():
    import uwsgi
    uwsgi.spool({b"sku": request.forms.sku.encode(), b"n": request.forms.n.encode()})
    response.status = 202
    return {"queued": request.forms.sku}


@application.get("/counted")
def counted():
    f = DATA / "counted.txt"
    return {"lines": f.read_text().splitlines() if f.exists() else []}


@application.get("/who")
def who():
    import pwd
    import grp
    import uwsgi
    status = dict(l.split(":\t", 1) for l in open("/proc/self/status").read().splitlines())
    return {"user": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name, "nnp": status["NoNewPrivs"], "numproc": uwsgi.numproc, "token": os.environ.get("STOCK_TOKEN")}


def spooler(env):
    with open(DATA / "counted.txt", "a") as f:
        f.write(f"{env[b'sku'].decode()} {env[b'n'].decode()}\n")
    return -2


try:
    import uwsgi
    uwsgi.spooler = spooler
except ImportError:
    pass
