FROM python:3.11 AS build
COPY . /src
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir /src && /venv/bin/pip uninstall -y pip
FROM python:3.11-slim
COPY --from=build /venv /venv
WORKDIR /work
COPY samples/ /work/
ENTRYPOINT ["/venv/bin/docconv"]
CMD ["--help"]
