FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light gettext-base && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /usr/share/doc /usr/share/man
RUN rm -f /etc/nginx/sites-enabled/default && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
ENV PORT=9112 BACKEND_NAME=blue API_BASE=/api
COPY nginx.conf /etc/nginx/nginx.conf
COPY templates/ /etc/nginx/templates/
COPY entrypoint.sh /entrypoint.sh
COPY entrypoint.d/ /entrypoint.d/
COPY html/ /srv/www/
RUN chmod +x /entrypoint.sh /entrypoint.d/*.sh && gzip -k9 /srv/www/app.js /srv/www/style.css
EXPOSE 9112
ENTRYPOINT ["/entrypoint.sh"]
CMD ["nginx", "-g", "daemon off;"]
