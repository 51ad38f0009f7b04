ARG GO_VERSION=1.22
FROM golang:${GO_VERSION}
ARG TARGET_OS=linux

WORKDIR /app
COPY go.mod main.go ./
RUN CGO_ENABLED=0 GOOS=${TARGET_OS} go build -o /app/server

EXPOSE 8080
CMD ["/app/server"]
