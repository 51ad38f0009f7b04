import os
import sys

from aiohttp import web

from . import server

if __name__ == "__main__":
    print(f"chartd as {os.getuid()} with {os.environ['PALETTE']}", file=sys.stderr)
    web.run_app(server.make(), port=18504, access_log=None, print=None)
