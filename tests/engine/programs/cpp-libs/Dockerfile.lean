FROM debian:bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential cmake pkg-config libpq-dev libcurl4-openssl-dev libmicrohttpd-dev libjansson-dev libconfig++-dev libicu-dev
WORKDIR /build
COPY . .
RUN cmake -B out -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr/local && cmake --build out && DESTDIR=/out cmake --install out --strip
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 libcurl4 libmicrohttpd12 libjansson4 libconfig++9v5 libicu72 && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /var/log/apt /var/log/dpkg.log
COPY --from=build /out/ /
RUN ldconfig
COPY etc/ /etc/gateway/
EXPOSE 9110
CMD ["gatewayd"]
