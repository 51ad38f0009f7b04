import os, pathlib, pwd, signal, stat, subprocess, sys
import msgpack
from bottle import Bottle, request, response, template, TEMPLATE_PATH
from cryptography.fernet import Fernet
from waitress import serve
HERE = pathlib.Path(__file__).parent
TEMPLATE_PATH.insert(0, str(HERE / "views"))
DATA = pathlib.Path(os.environ["NOTES_DIR"])
keyfile = DATA / "key"
if not keyfile.exists():
    keyfile.write_bytes(Fernet.generate_key())
box, app = Fernet(keyfile.read_bytes()), Bottle()


@app.get("/")
def index():
    return template("index", notes=sorted(p.name for p in (DATA / "inbox").iterdir()))


@app.get("/health")
def health():
    return {"ok": os.access(DATA, os.W_OK)}


@app.put("/notes/<name:re:[a-z]+>")
def put(name):
    (DATA / "inbox" / name).write_bytes(box.encrypt(msgpack.packb({"text": request.body.read().decode()})))
    response.status = 201
    return {"mode": stat.filemode((DATA / "inbox" / name).stat().st_mode)}


@app.get("/notes/<name:re:[a-z]+>")
def get(name):
    response.content_type = "text/plain; charset=utf-8"
    return msgpack.unpackb(box.decrypt((DATA / "inbox" / name).read_bytes()))["text"]


@app.get("/who")
def who():
    me = pwd.getpwuid(os.getuid())
    orphan = subprocess.run(["sh", "-c", "(sleep 0.1 &) ; echo started"], capture_output=True, text=True).stdout
    return {"name": me.pw_name, "home": me.pw_dir, "parent": pathlib.Path(f"/proc/{os.getppid()}/comm").read_text().strip(), "out": orphan}


signal.signal(signal.SIGTERM, lambda *a: sys.exit(0))
serve(app, host="0.0.0.0", port=int(os.environ["PORT"]), threads=2)
