FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends busybox sqlite3 jq gawk bc tzdata locales && echo "de_DE.UTF-8 UTF-8" >> /etc/locale.gen && locale-gen && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /usr/share/i18n /var/log/apt /var/log/dpkg.log
ENV LANG=de_DE.UTF-8 TZ=America/New_York
RUN mkdir -p /srv/site/www /srv/site/spool
COPY bin/ /srv/site/bin/
COPY sql/ /srv/site/sql/
COPY www/ /srv/site/www/
RUN chmod +x /srv/site/bin/* /srv/site/www/cgi-bin/*
WORKDIR /srv/site
EXPOSE 9113
STOPSIGNAL SIGINT
CMD exec /srv/site/bin/start.sh
