FROM golang:1.23
WORKDIR /app
COPY main.go .
RUN CGO_ENABLED=0 go build -o hello main.go

# Docker asks this program whether the service is well
WORKDIR /hc
COPY healthcheck.go .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/healthcheck healthcheck.go

WORKDIR /app
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s CMD ["/usr/local/bin/healthcheck"]
CMD ["./hello"]
