FROM python:3.11 AS build
WORKDIR /usr/src/app
COPY requirements.txt ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt
COPY . .
RUN /venv/bin/pybabel compile -d shop/translations && /venv/bin/pip uninstall -y pip
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PATH=/venv/bin:$PATH
WORKDIR /usr/src/app
COPY --from=build /venv /venv
COPY --from=build /usr/src/app/shop shop
COPY gunicorn.conf.py ./
EXPOSE 9100
CMD ["gunicorn", "-c", "gunicorn.conf.py", "shop:create_app()"]
