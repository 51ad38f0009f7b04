import hashlib
import io
import zipfile


def export(bill):
    from openpyxl import Workbook, load_workbook
    wb = Workbook()
    for row in bill.items():
        wb.active.append(row)
    f = io.BytesIO()
    wb.save(f)
    back = load_workbook(f).active
    sheet = zipfile.ZipFile(f).read("xl/worksheets/sheet1.xml")
    return f"{back.dimensions} {back['B1'].value} {hashlib.sha256(sheet).hexdigest()[:12]}\n"
