from importlib.resources import files, as_file
import yaml
from fastapi import APIRouter, HTTPException
router = APIRouter(prefix="/regions")


@router.get("")
def all_regions():
    return sorted(item.name.removesuffix(".yaml") for item in files("catalog.data").joinpath("regions").iterdir() if item.name.endswith(".yaml"))


@router.get("/{name}")
def region(name: str):
    item = files("catalog.data").joinpath("regions", name + ".yaml")
    if not item.is_file():
        raise HTTPException(404, "no region")
    with as_file(item) as path:
        return yaml.load(path.read_text(), yaml.CSafeLoader)
