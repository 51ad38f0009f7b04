"""Serves the shop's health."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

import attrs
import click


@attrs.define
class Health:
    status: str = "OK"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(attrs.asdict(Health())).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)


@click.command()
@click.option("--port", default=int(os.environ.get("PORT", "8080")))
def main(port: int) -> None:
    HTTPServer(("0.0.0.0", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
