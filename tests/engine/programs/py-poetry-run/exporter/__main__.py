import argparse, time
import psutil
from prometheus_client import Gauge, start_http_server
parser = argparse.ArgumentParser(); parser.add_argument("--port", type=int)
cores = Gauge("cores", "Cores"); cores.set(1 if psutil.cpu_count() else 0)
start_http_server(parser.parse_args().port)
while True:
    time.sleep(60)
