soffice --headless --convert-to pdf --outdir /tmp letter.txt >/dev/null 2>&1
pdftotext /tmp/letter.pdf - | head -2
