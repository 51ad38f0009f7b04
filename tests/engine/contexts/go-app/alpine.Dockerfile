FROM golang:1.22-alpine

WORKDIR /app
COPY go.mod main.go ./
RUN CGO_ENABLED=0 go build -o /app/server

EXPOSE 8080
CMD ["./server"]
