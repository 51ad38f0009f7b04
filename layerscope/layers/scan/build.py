"""Compiles ``scan.c`` when the package is built or installed. Where that is not possible the package has no compiled part."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODULE = "layerscope.layers.scan._scan"
STABLE_API = ("Py_LIMITED_API", "0x030B0000")


class ScanBuildHook(BuildHookInterface[Any]):
    """Adds the compiled module to the wheel, or puts it beside its source for an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the interface's
        """Compiles, and marks the wheel as made for this platform if that went well."""
        if self.target_name != "wheel":
            return
        directory = Path(*MODULE.split(".")[:-1])
        for path in _modules(Path(self.root) / directory):
            path.unlink()
        _compile(directory / "scan.c")
        if built := _modules(Path(self.root) / directory):
            build_data["artifacts"] += [f"/{path.relative_to(self.root).as_posix()}" for path in built]
            build_data["pure_python"] = False
            build_data["infer_tag"] = True


def _modules(directory: Path) -> list[Path]:
    return [path for path in directory.glob("_scan.*") if path.suffix in (".so", ".pyd")]


def _compile(source: Path) -> None:
    """Compiles the module beside its source; says on standard error why it could not."""
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    extension = Extension(MODULE, [str(source)], define_macros=[STABLE_API], py_limited_api=True, optional=True)
    command = build_ext(Distribution({"name": "layerscope", "ext_modules": [extension]}))
    command.inplace = True
    with TemporaryDirectory() as temporary:
        command.build_temp = command.build_lib = temporary
        command.ensure_finalized()
        command.run()
