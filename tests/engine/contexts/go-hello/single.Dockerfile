FROM golang:1.23
WORKDIR /app
COPY main.go .
RUN go build -o hello main.go
EXPOSE 8080
CMD ["./hello"]
