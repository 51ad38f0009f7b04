import importlib
import os
import pkgutil

from huey import SqliteHuey

huey = SqliteHuey("jobs", filename=os.environ["JOBS_DB"], immediate=os.environ.get("JOBS_NOW") == "1")

from . import tasks  # noqa: E402

for m in pkgutil.iter_modules(tasks.__path__):
    importlib.import_module(f"jobs.tasks.{m.name}")
