"""A Flask API on a driver that is compiled against Debian's libpq."""

import os

import psycopg2
import psycopg2.extensions
from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/health")
def health():
    return jsonify({"status": "OK", "libpq": psycopg2.extensions.libpq_version()})


@app.route("/quote/<text>")
def quote(text):
    return jsonify({"quoted": psycopg2.extensions.QuotedString(text).getquoted().decode()})


@app.route("/database")
def database():
    """Asks a server that is not there: libpq loads what it needs for that, and says so."""
    try:
        psycopg2.connect(host="127.0.0.1", port=1, dbname=os.environ.get("DATABASE", "shop"), connect_timeout=2)
    except psycopg2.OperationalError as error:
        return jsonify({"error": str(error).splitlines()[0]}), 503
    return jsonify({"status": "OK"})
