import sys
while True:
    sys.stdout.write("READY\n"); sys.stdout.flush()
    h = dict(x.split(":") for x in sys.stdin.readline().split())
    data = dict(x.split(":") for x in sys.stdin.read(int(h["len"])).split())
    with open("/var/lib/jobs/events", "a") as f:
        f.write(f"{h['eventname']} {data['processname']}\n")
    sys.stdout.write("RESULT 2\nOK"); sys.stdout.flush()
