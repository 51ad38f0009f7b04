FROM python:3.11 AS build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt && /venv/bin/pip uninstall -y pip
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini curl gosu && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /var/log/apt /var/log/dpkg.log
RUN groupadd -g 1500 notes && useradd -u 1500 -g notes -d /home/notes -m -s /usr/sbin/nologin notes
WORKDIR /home/notes
COPY --from=build /venv /venv
COPY app ./app
COPY --chmod=755 docker-entrypoint.sh /usr/local/bin/
RUN mkdir /data && chown notes:notes /data
ENV NOTES_DIR=/data PORT=9117 PATH=/venv/bin:$PATH
VOLUME ["/data"]
EXPOSE 9117
HEALTHCHECK --interval=2s --timeout=5s --retries=5 CMD curl -fsS http://localhost:$PORT/health | grep -q '"ok"' || exit 1
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["python", "-m", "app"]
