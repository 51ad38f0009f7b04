import os
from flask import Flask, jsonify
from sqlalchemy import create_engine, text
app = Flask(__name__)
@app.get("/towns")
def towns():
    with create_engine(os.environ["DATABASE_URL"]).connect() as c:
        return jsonify([row[0] for row in c.execute(text("select name from towns"))])
