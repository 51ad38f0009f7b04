FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends perl libhttp-daemon-perl libtemplate-perl libdbi-perl libdbd-sqlite3-perl libjson-xs-perl libyaml-libyaml-perl libdatetime-perl && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /var/log/apt /var/log/dpkg.log
WORKDIR /opt/shop
COPY lib lib
COPY templates templates
COPY etc etc
COPY server.pl .
ENV PERL5LIB=/opt/shop/lib SHOP_CONFIG=/opt/shop/etc/shop.yml
RUN chmod +x server.pl
EXPOSE 9108
CMD ["./server.pl"]
