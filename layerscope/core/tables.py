"""The product's knowledge, which is data: TOML files beside the modules that use them."""

from pathlib import Path
from typing import Any, TypeVar

from msgspec import convert

from layerscope.core.compiled import compiled

T = TypeVar("T")


def read_table(module: str, name: str, form: type[T]) -> T:
    """What the file ``name`` beside a module (its ``__file__``) says, as a ``form`` that msgspec can check and build."""
    path = Path(module).with_name(name)
    return convert(compiled(path, (), lambda: parse(path.read_text("utf-8"))), form)


def parse(text: str) -> dict[str, Any]:
    """A TOML document; ValueError where it is none."""
    import tomllib

    return tomllib.loads(text)
