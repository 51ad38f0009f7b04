"""A Flask API in a conda environment."""

from flask import Flask, jsonify
from markupsafe import escape

app = Flask(__name__)


@app.route("/health")
def health():
    return jsonify({"status": "OK"})


@app.route("/<name>")
def hello(name):
    return f"Hello {escape(name)}!\n"
