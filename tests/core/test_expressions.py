"""Regular expressions that are compiled when something is first held against them."""

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

import layerscope
from layerscope.core.expressions import expression

PACKAGE = Path(layerscope.__file__).parent


def test_an_expression_is_what_re_compiles() -> None:
    late, early = expression(rb"(?P<name>[a-z]+)=(\d)", re.IGNORECASE), re.compile(rb"(?P<name>[a-z]+)=(\d)", re.IGNORECASE)
    assert late.sub(rb"\2", b"Ab=1 c=2") == early.sub(rb"\2", b"Ab=1 c=2") == b"1 2"
    found = late.fullmatch(b"Ab=1")
    assert found
    assert found["name"] == b"Ab"
    assert (late.pattern, late.flags, late.groupindex) == (early.pattern, early.flags, early.groupindex)


def test_it_is_compiled_when_it_is_first_used() -> None:
    late = expression("(")
    with pytest.raises(re.error, match="missing"):
        late.match("")


def test_every_expression_of_the_product_compiles() -> None:
    """What is put off until a user needs it must not fail there."""
    names = [path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py") if path.stem != "__main__"]
    for name in names:
        import_module(".".join(name.parts).removesuffix(".__init__"))
    loaded = [module for name, module in sys.modules.items() if name.startswith("layerscope.")]
    found = {id(value): value for module in loaded for value in vars(module).values() if type(value) is type(expression(""))}
    assert len(found) > 300
    assert all(value.pattern is not None for value in found.values())
