"""A page from its template: every value escaped, its one style and its one script named by their hashes."""

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerscope import __version__
from layerscope.core.units import duration, percent, rate, signed, signed_duration, size
from layerscope.core.vocabulary import CATEGORIES
from layerscope.report.html.embedding import script_json

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent


def page(template: str, **values: Any) -> str:
    """The whole file; ``values`` are what the template reads. They are text that is printable, never markup."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _environment().get_template(template).render(values, style=style, script=script, policy=policy)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # 50 ms to import, and only pages need it
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "size": size,
        "signed": signed,
        "duration": duration,
        "signed_duration": signed_duration,
        "rate": rate,
        "count": lambda number: f"{number:,}".replace("-", "−"),
        "units": lambda number: f"{number:.1f}".removesuffix(".0"),
        "json": lambda value: Markup(script_json(value)),  # noqa: S704  # it has no < left
    }
    environment.globals |= {"categories": CATEGORIES, "percent": percent, "version": __version__}
    return environment


@cache
def _asset(name: str) -> str:
    return (_HERE / "assets" / name).read_text("utf-8")


def _hash(text: str) -> str:
    """As a Content Security Policy names an inline style or script (CSP 3, §2.3.1)."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()
