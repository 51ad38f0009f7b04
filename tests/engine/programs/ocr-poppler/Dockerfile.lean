FROM python:3.11 AS build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt && /venv/bin/pip uninstall -y pip
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-deu poppler-utils fonts-dejavu-core && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /var/log/apt /var/log/dpkg.log
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH OMP_THREAD_LIMIT=1
WORKDIR /app
COPY ocr.py make_docs.py ./
COPY docs docs
RUN python make_docs.py
CMD ["python", "ocr.py", "docs"]
