FROM debian:bookworm AS builder
RUN apt-get update && apt-get install -y --no-install-recommends cmake g++ make zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build --parallel 2 && strip build/server

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libstdc++6 zlib1g && rm -rf /var/lib/apt/lists/*
COPY --from=builder /src/build/server /usr/local/bin/server
EXPOSE 8080
CMD ["server"]
