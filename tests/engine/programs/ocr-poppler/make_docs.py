"""Draws a scan and writes a PDF at build time."""
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
for name, text in (("scan-eng", "Slow and steady wins"), ("scan-deu", "Größe und Übermut")):
    image = Image.new("L", (700, 90), 255)
    ImageDraw.Draw(image).text((20, 20), text, font=ImageFont.truetype(FONT, 40), fill=0)
    image.save(f"docs/{name}.png")
pdfmetrics.registerFont(TTFont("DejaVu", FONT))
pdf = Canvas("docs/letter.pdf", pagesize=(420, 200), invariant=1)
pdf.setFont("DejaVu", 20); pdf.drawString(30, 120, "Dear Łukasz, page one"); pdf.showPage()
pdf.setFont("Helvetica", 24); pdf.drawString(30, 120, "Second page here"); pdf.showPage()
pdf.save()
