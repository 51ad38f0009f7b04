import os

from ..queue import huey


@huey.task()
def upper(s):
    return s.upper() + " by " + os.environ.get("JOBS_LANE", "nobody").split("-")[0]


@huey.task(retries=1, retry_delay=0)
def fail(s):
    raise ValueError(s)


@huey.task()
def table(n):
    import csv
    import io
    import sqlite3
    db = sqlite3.connect(":memory:")
    db.execute("create table t (n, sq)")
    db.executemany("insert into t values (?, ?)", [(i, i * i) for i in range(int(n))])
    out = io.StringIO()
    csv.writer(out).writerows(db.execute("select n, sq from t order by n desc limit 3"))
    return out.getvalue()


@huey.task()
def nslookup(name):
    import socket
    return socket.gethostbyname(name)
