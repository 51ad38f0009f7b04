import hashlib
import io


def export(bill):
    from reportlab.graphics.barcode import code128
    from reportlab.lib.pagesizes import A5
    from reportlab.pdfgen import canvas
    f = io.BytesIO()
    c = canvas.Canvas(f, pagesize=A5, invariant=1)
    c.setFont("Times-Italic", 12)
    for i, (k, v) in enumerate(bill.items()):
        c.drawString(40, 500 - 20 * i, f"{k}: {v}".encode("latin-1", "replace").decode("latin-1"))
    code128.Code128(bill["region"].encode("ascii", "replace").decode()).drawOn(c, 40, 100)
    c.save()
    return f"{len(f.getvalue()) > 1000} {hashlib.sha256(f.getvalue()).hexdigest()[:12]}\n"
