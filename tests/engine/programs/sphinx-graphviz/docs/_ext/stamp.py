import importlib

from docutils import nodes
from docutils.parsers.rst import Directive


class Stamp(Directive):
    required_arguments = 1

    def run(self):
        tool = importlib.import_module("xml.sax.saxutils")
        return [nodes.paragraph(text=f"[{tool.escape(self.arguments[0])}] " + self.state.document.settings.env.config.project)]


def setup(app):
    app.add_directive("stamp", Stamp)
    app.add_css_file("own.css")
    return {"version": "0.1", "parallel_read_safe": True}
