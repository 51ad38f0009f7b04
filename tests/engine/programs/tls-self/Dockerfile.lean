FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends openssl ca-certificates curl stunnel4 python3-minimal libpython3-stdlib jq && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /var/log/apt /var/log/dpkg.log
WORKDIR /srv/tls
COPY bin/ /usr/local/bin/
COPY stunnel.conf /etc/stunnel/app.conf
RUN chmod +x /usr/local/bin/* && make-certs /srv/tls && cp ca.pem /usr/local/share/ca-certificates/our-ca.crt && update-ca-certificates
CMD ["selftest"]
