import argparse, hashlib, importlib, io, logging, subprocess, sys, warnings
import matplotlib
import matplotlib.pyplot as plt
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont
import numpy as np
warnings.simplefilter("ignore")


def bars(ax):
    ax.bar(["Bogotá", "Łódź", "Ōsaka"], [1, 3, 2])
    ax.set_title(r"Towns $\frac{a}{b}$ — $\int_0^1 x\,dx$")


def lines(ax):
    from scipy.interpolate import CubicSpline
    x = np.linspace(0, 6, 7)
    ax.plot(x, np.sin(x), "o")
    fine = np.linspace(0, 6, 61)
    ax.plot(fine, CubicSpline(x, np.sin(x))(fine))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="+")
    asked = parser.parse_args()
    plt.style.use(["seaborn-v0_8-whitegrid", "/plots/style/house.mplstyle"])
    plt.rcParams["font.family"] = matplotlib.rc_params_from_file("/plots/style/matplotlibrc")["font.family"]
    print("font", font_manager.findfont("Lato").rsplit("/", 1)[-1], matplotlib.get_backend())
    for kind in asked.kinds:
        figure, ax = plt.subplots(figsize=(4, 3))
        globals()[kind](ax)
        for form in ("png", "svg", "pdf"):
            out = io.BytesIO()
            figure.savefig(out, format=form, metadata={"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[form])
            data = out.getvalue()
            print(kind, form, len(data) > 1000, hashlib.sha256(data).hexdigest()[:16] if form == "png" else "")
        plt.close(figure)
    path = subprocess.run(["fc-match", "-f", "%{file}", "Noto Sans Thai:bold"], capture_output=True, text=True, check=True).stdout
    image = Image.new("RGB", (200, 60), "white")
    ImageDraw.Draw(image).text((5, 5), "ไทย", font=ImageFont.truetype(path, 32), fill="navy")
    for form in ("PNG", "JPEG", "WEBP", "GIF", "TIFF"):
        out = io.BytesIO()
        image.save(out, form)
        print(form, Image.open(io.BytesIO(out.getvalue())).size)
    print(path.rsplit("/", 1)[-1], hashlib.sha256(image.tobytes()).hexdigest()[:16])


if __name__ == "__main__":
    sys.exit(main())
