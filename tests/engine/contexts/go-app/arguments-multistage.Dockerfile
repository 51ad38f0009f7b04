ARG GO_VERSION=1.22
ARG ALPINE_VERSION=3.19

FROM golang:${GO_VERSION} AS builder
ARG TARGET_OS=linux
WORKDIR /app
COPY go.mod main.go ./
RUN CGO_ENABLED=0 GOOS=${TARGET_OS} go build -ldflags="-s -w" -o /app/server

FROM alpine:${ALPINE_VERSION}
RUN adduser -D -u 1000 appuser
WORKDIR /app
COPY --from=builder /app/server .
USER appuser
EXPOSE 8080
CMD ["./server"]
