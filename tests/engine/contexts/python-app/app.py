"""A Flask API whose dependencies include compiled extensions."""

import base64
import os

from cryptography.fernet import Fernet
from flask import Flask, jsonify

app = Flask(__name__)
KEY = Fernet(base64.urlsafe_b64encode(b"0123456789abcdef0123456789abcdef"))


@app.route("/")
def hello():
    return "Hello from Python!\n"


@app.route("/health")
def health():
    return jsonify({"status": "OK", "version": "1.0.0"})


@app.route("/round/<text>")
def there_and_back(text):
    return jsonify({"input": text, "output": KEY.decrypt(KEY.encrypt(text.encode())).decode()})


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "8080")))
