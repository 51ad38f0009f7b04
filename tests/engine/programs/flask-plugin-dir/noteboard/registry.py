import importlib.util
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path


def formats():
    return {one.name: one for one in entry_points(group="noteboard.formats")}


class Plugins(dict):
    """Every file of the folder is a plugin; a folder with an __init__.py is one as well. A broken one is only told."""

    def __init__(self, folder):
        super().__init__()
        self.broken = {}
        for path in sorted(Path(folder).iterdir()):
            if path.name.startswith(("_", ".")):
                continue
            file = path / "__init__.py" if path.is_dir() else path
            if file.suffix != ".py" or not file.exists():
                continue
            name = f"noteboard_plugin_{path.stem}"
            spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=[str(path)] if path.is_dir() else None)
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
                self[path.stem] = module.Plugin()
            except Exception as error:
                self.broken[path.stem] = f"{type(error).__name__}: {error}"
                print(f"plugin {path.stem} is broken: {error}", file=sys.stderr, flush=True)


def load():
    return Plugins(os.environ["NOTEBOARD_PLUGINS"])
