FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ruby puma ruby-rack ruby-nokogiri ruby-kramdown ruby-i18n ruby-tilt ruby-haml ruby-sqlite3 ruby-sequel && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /usr/share/ri /var/log/apt /var/log/dpkg.log
ENV LANG=C.UTF-8 RACK_ENV=production
WORKDIR /srv/wiki
COPY . .
RUN ruby bin/setup
EXPOSE 9106
CMD ["puma", "-C", "config/puma.rb"]
