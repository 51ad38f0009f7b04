from flask import Blueprint, render_template
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField, validators
pages = Blueprint("pages", __name__)


class Order(FlaskForm):
    name = StringField(lazy_gettext("Name"), [validators.InputRequired(), validators.Length(min=3)])


@pages.route("/order", methods=["GET", "POST"])
def order():
    form = Order()
    if form.validate_on_submit():
        return render_template("mail/thanks.txt", name=form.name.data), 200, {"Content-Type": "text/plain"}
    return render_template("order.html", form=form)
