import os
import sys

import bottle
from huey.exceptions import TaskException

from .queue import huey

assert os.path.dirname(sys.argv[1]) == os.environ["WORK_DIR"]
KNOWN = {n.rsplit(".", 1)[1]: c for n, c in huey._registry._registry.items()}


@bottle.get("/tasks")
def tasks():
    return {"tasks": sorted(KNOWN)}


@bottle.get("/run/<name>/<arg>")
def run(name, arg):
    if name not in KNOWN:
        bottle.abort(404, "no task")
    task = KNOWN[name](args=(arg,))
    r = huey.enqueue(task)
    try:
        return {"result": r.get(blocking=True, timeout=20)}
    except TaskException as e:
        bottle.response.status = 422
        return {"error": e.metadata["error"]}


@bottle.get("/state")
def state():
    d = os.environ["WORK_DIR"]
    return {n: open(os.path.join(d, n)).read().isascii() for n in ("ready", "tick")}


bottle.run(host="127.0.0.1", port=int(os.environ["API_PORT"]), quiet=True)
