FROM buildpack-deps:bookworm AS builder
RUN apt-get update && apt-get install -y --no-install-recommends cargo
WORKDIR /app
COPY . .
RUN cargo build --release --offline && strip target/release/rust-app

FROM gcr.io/distroless/cc-debian12
COPY --from=builder /app/target/release/rust-app /usr/local/bin/rust-app
EXPOSE 8080
ENTRYPOINT ["rust-app"]
