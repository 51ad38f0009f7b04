FROM debian:bookworm-slim
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get install -y --no-install-recommends php8.2-cli php8.2-mbstring php8.2-sqlite3 php8.2-intl php8.2-xml && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /var/log/apt /var/log/dpkg.log
WORKDIR /var/www/app
COPY bin-seed.php .
COPY public public
COPY src src
COPY views views
COPY lang lang
COPY config/app.php config/
COPY config/zz-app.ini /etc/php/8.2/cli/conf.d/zz-app.ini
RUN mkdir -p var && php bin-seed.php && chown -R www-data:www-data var
USER www-data
EXPOSE 9107
CMD ["php", "-S", "0.0.0.0:9107", "-t", "public", "public/router.php"]
