import os
import sys

sys.path.insert(0, os.path.abspath("_ext"))
project = "Shapes"
author = "A. Author"
version = release = "1.0"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.graphviz", "sphinx.ext.inheritance_diagram", "sphinx.ext.doctest", "sphinx.ext.mathjax", "sphinx.ext.viewcode", "myst_parser", "sphinx_copybutton", "stamp"]
html_theme = os.environ.get("DOC_THEME", "sphinx_rtd_theme")
html_static_path = ["_static"]
templates_path = ["_templates"]
locale_dirs = ["locale/"]
graphviz_output_format = "svg"
man_pages = [("guide/api", "shapes", "shapes of things", [author], 1)]
html_last_updated_fmt = None
pygments_style = "friendly"
