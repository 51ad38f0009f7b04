from flask import Blueprint, abort, jsonify, request
from marshmallow import Schema, ValidationError, fields, validate

from .models import Entry, db

bp = Blueprint("entries", __name__, url_prefix="/entries")


class EntrySchema(Schema):
    id = fields.Int(dump_only=True)
    day = fields.Date(required=True)
    account = fields.Str(required=True, validate=validate.Length(min=2))
    amount = fields.Decimal(required=True, as_string=True)
    note = fields.Str()


schema = EntrySchema()


@bp.get("/")
def index():
    return jsonify(schema.dump(Entry.query.order_by(Entry.day, Entry.id), many=True))


@bp.post("/")
def create():
    try:
        entry = Entry(**schema.load(request.get_json()))
    except ValidationError as e:
        return jsonify(errors=e.messages), 422
    db.session.add(entry)
    db.session.commit()
    return jsonify(schema.dump(entry)), 201


@bp.get("/<int:ident>")
def show(ident):
    entry = db.session.get(Entry, ident)
    if entry is None:
        abort(404)
    return jsonify(schema.dump(entry))
