import json

import numpy as np
from aiohttp import web
from PIL import UnidentifiedImageError, features
from scipy.io import loadmat

from . import draw, fonts, maths

MIMES = {"png": "image/png", "webp": "image/webp", "gif": "image/gif", "jpg": "image/jpeg", "tiff": "image/tiff"}
routes = web.RouteTableDef()


@routes.get("/")
async def index(request):
    return web.json_response({"filters": sorted(maths.FILTERS), "fonts": {one: fonts.find(one) for one in ("serif", "DejaVu Sans:bold", "Liberation Mono")},
                              "features": {one: features.check(one) for one in ("raqm", "fribidi", "webp", "freetype2", "libtiff", "jpg_2000", "littlecms2")}})


@routes.get("/chart/{filter}.{kind}")
async def chart(request):
    name, kind = request.match_info["filter"], request.match_info["kind"]
    if kind not in MIMES or name not in maths.FILTERS:
        raise web.HTTPNotFound(text=f"no {name}.{kind}\n")
    series = request.app["series"]
    image = draw.chart(series["time"], maths.FILTERS[name](series["noisy"]), f"{name}: ¼ Größe", request.query.get("font", "sans"))
    return web.Response(body=draw.packed(image, kind), content_type=MIMES[kind])


@routes.get("/badge.png")
async def badge(request):
    return web.Response(body=draw.packed(draw.badge(request.query["text"], request.query.get("direction")), "png"), content_type="image/png")


@routes.get("/facts")
async def facts(request):
    series = request.app["series"]
    return web.json_response({"peaks": maths.peaks(series["wave"]), "strongest": maths.strongest(series["time"], series["wave"]), "hull": maths.hull(request.app["points"])})


@routes.post("/fit")
async def fit(request):
    given = await request.json()
    return web.json_response(maths.fit(np.array(given["x"], float), np.array(given["y"], float)))


@routes.post("/solve")
async def solve(request):
    given = await request.json()
    return web.json_response(maths.solve(given["a"], given["b"]))


@routes.post("/thumb")
async def thumb(request):
    form = await request.post()
    return web.json_response(draw.thumb(form["image"].file.read(), int(form.get("size", "64"))))


@web.middleware
async def told(request, handler):
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except (KeyError, json.JSONDecodeError, UnidentifiedImageError, np.linalg.LinAlgError, ValueError) as error:
        why = str(error) if isinstance(error, np.linalg.LinAlgError) else ""
        return web.json_response({"error": type(error).__name__, "why": why}, status=400)


def make():
    app = web.Application(middlewares=[told])
    with np.load("series.npz") as series:
        app["series"] = dict(series)
    app["points"] = loadmat("places.mat")["points"]
    app.add_routes(routes)
    app.router.add_static("/palettes", "chartd/palettes", show_index=False)
    return app
