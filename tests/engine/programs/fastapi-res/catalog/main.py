import importlib, pkgutil, time
from contextlib import asynccontextmanager
from datetime import datetime
from zoneinfo import ZoneInfo
from fastapi import FastAPI
from . import routers, db
from .settings import settings


@asynccontextmanager
async def lifespan(app):
    await db.create()
    yield

app = FastAPI(title=settings.title, lifespan=lifespan)
for found in pkgutil.iter_modules(routers.__path__):
    app.include_router(importlib.import_module(f"catalog.routers.{found.name}").router)


@app.get("/when")
def when(zone: str = "Asia/Kolkata"):
    return {"zone": datetime.fromtimestamp(1700000000, ZoneInfo(zone)).isoformat(), "local": time.strftime("%H:%M %Z", time.localtime(1700000000))}
