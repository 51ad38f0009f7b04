FROM python:3.11 AS build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt && /venv/bin/pip uninstall -y pip
FROM python:3.11-slim
WORKDIR /code
COPY --from=build /venv /venv
COPY catalog /code/catalog
COPY .env /code/.env
ENV TZ=Europe/Rome PATH=/venv/bin:$PATH
CMD ["uvicorn", "catalog.main:app", "--host", "0.0.0.0", "--port", "9101", "--proxy-headers"]
