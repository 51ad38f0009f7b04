import http.server
import pathlib
import sys
import mimetypes

hits = {}


class H(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.split("?")[0]
        hits[self.path] = hits.get(self.path, 0) + 1
        f = pathlib.Path("pages" + path)
        if path == "/health":
            body, kind, code = b"ok", "text/plain", 200
        elif path == "/count":
            body, kind, code = f"{self.path} {hits[self.path]} {self.headers.get('X-Lang')}".encode(), "text/plain", 200
        elif f.is_file():
            body, kind, code = f.read_bytes(), mimetypes.guess_type(f.name)[0] or "application/octet-stream", 200
        else:
            body, kind, code = b"missing", "text/plain", 404
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if f.suffix == ".html":
            self.send_header("X-ESI", "yes")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *a):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), H).serve_forever()
