import io
import json
import os
from importlib.resources import files

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from . import fonts


def palette():
    return json.loads((files("chartd") / "palettes" / (os.environ["PALETTE"] + ".json")).read_text())


def chart(x, y, title, family):
    colours = palette()
    image = Image.new("RGB", (480, 240), colours["ground"])
    pen = ImageDraw.Draw(image)
    xs = np.interp(x, (x.min(), x.max()), (40, 460))
    ys = np.interp(y, (y.min(), y.max()), (210, 50))
    pen.line([(40, 210), (460, 210)], fill=colours["axis"])
    pen.line(list(zip(xs.tolist(), ys.tolist())), fill=colours["line"], width=2)
    pen.text((40, 12), title, font=fonts.font(family, 20), fill=colours["axis"])
    return image


def badge(text, direction):
    """Right to left wants raqm, and raqm wants fribidi."""
    image = Image.new("L", (320, 48), 255)
    pen = ImageDraw.Draw(image)
    layout = ImageFont.Layout.RAQM if direction else ImageFont.Layout.BASIC
    pen.text((8, 8), text, font=fonts.font("DejaVu Sans", 24, layout), fill=0, direction=direction)
    return image


def packed(image, kind):
    out = io.BytesIO()
    if kind == "jpg":
        image.save(out, "JPEG", quality=80, optimize=True)
    elif kind == "tiff":
        image.save(out, "TIFF", compression="tiff_lzw")
    else:
        image.save(out, kind.upper())
    return out.getvalue()


def thumb(data, size):
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        small = ImageOps.contain(ImageOps.exif_transpose(image).convert("RGB"), (size, size))
        return {"format": image.format, "was": list(image.size), "is": list(small.size), "mean": [round(float(one), 1) for one in np.asarray(small).mean(axis=(0, 1))]}
