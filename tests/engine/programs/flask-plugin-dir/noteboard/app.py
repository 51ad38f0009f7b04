import json
import os
from importlib import metadata, resources

from flask import Flask, Response, abort, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from . import registry

DATA = resources.files("noteboard") / "data"


def create_app():
    app = Flask(__name__)
    app.json.ensure_ascii = False
    plugins, formats = registry.load(), registry.formats()
    style = os.environ.get("NOTEBOARD_STYLE", "default")

    @app.get("/")
    def index():
        notes = sorted(one.name for one in (DATA / "notes").iterdir() if one.name.endswith(".md"))
        return render_template("index.html", notes=notes, formats=sorted(formats), version=metadata.version("noteboard"))

    @app.get("/notes/<name>.<format>")
    def note(name, format):
        file = DATA / "notes" / f"{name}.md"
        if format not in formats:
            abort(406, f"no format {format}; there are {', '.join(sorted(formats))}")
        if not file.is_file():
            abort(404, f"no note {name}")
        make = formats[format].load()
        return Response(make(file.read_text("utf-8"), style=style), content_type=make.mime)

    @app.get("/plugins")
    def all_plugins():
        return jsonify(working=sorted(plugins), broken=plugins.broken)

    @app.post("/plugins/<name>")
    def run(name):
        if name not in plugins:
            abort(404, f"no plugin {name}")
        return jsonify(result=plugins[name].run(request.get_data(as_text=True), **request.args))

    @app.get("/words/<language>")
    def words(language):
        with resources.as_file(DATA / "words" / f"{language}.json") as path:
            if not path.exists():
                abort(404, f"no words in {language}")
            return jsonify(json.loads(path.read_text("utf-8")))

    @app.errorhandler(HTTPException)
    def http(error):
        return jsonify(error=error.name, why=error.description), error.code

    @app.errorhandler(Exception)
    def other(error):
        app.logger.error("%s in %s", type(error).__name__, request.path)
        return jsonify(error=type(error).__name__, why=str(error)), 500

    return app
