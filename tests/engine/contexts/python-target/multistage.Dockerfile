FROM python:3.11 AS builder
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --target=/app/packages -r requirements.txt

FROM python:3.11-slim
WORKDIR /app
COPY --from=builder /app/packages ./packages
COPY app.py .
ENV PYTHONPATH=/app/packages PORT=8080
RUN useradd -u 1000 appuser
USER appuser
EXPOSE 8080
CMD ["python", "-m", "gunicorn", "app:app"]
