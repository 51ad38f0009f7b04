FROM golang:1.22

WORKDIR /app
COPY go.mod ./
COPY main.go ./

RUN CGO_ENABLED=0 GOOS=linux go build -o /app/server

EXPOSE 8080
CMD ["/app/server"]
