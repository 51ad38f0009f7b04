import pathlib, subprocess, sys, tempfile
import pytesseract
from PIL import Image, ImageDraw, ImageFont


def text_of(pdf):
    return subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout.split("\f")


def pages_of(pdf, into):
    subprocess.run(f"pdftoppm -r 150 -png '{pdf}' {into}/page", shell=True, check=True)
    return sorted(pathlib.Path(into).glob("page*.png"))


def main(folder):
    folder = pathlib.Path(folder)
    print("languages", [one for one in pytesseract.get_languages() if one in ("eng", "deu", "osd")])
    for scan in sorted(folder.glob("scan-*.png")):
        print(scan.name, "->", pytesseract.image_to_string(Image.open(scan), lang=scan.stem[-3:], config="--psm 7").strip())
    for pdf in sorted(folder.glob("*.pdf")):
        print(pdf.name, [one.strip() for one in text_of(pdf)])
        with tempfile.TemporaryDirectory() as into:
            for page in pages_of(pdf, into):
                with Image.open(page) as image:
                    print(page.name, image.size, pytesseract.image_to_string(image).strip())
        info = subprocess.check_output(["pdfinfo", str(pdf)], text=True)
        print(next(line for line in info.splitlines() if line.startswith("Pages")))
        print(subprocess.check_output(["pdffonts", str(pdf)], text=True).count("yes"))
    stamp = Image.new("RGB", (90, 30), "white")
    ImageDraw.Draw(stamp).text((2, 2), "seen", font=ImageFont.truetype("DejaVuSans-Bold.ttf", 20), fill="black")
    print("stamp", sum(stamp.convert("L").histogram()[:128]))


if __name__ == "__main__":
    main(sys.argv[1])
