# Stage 1: Builder
FROM golang:1.21 AS builder
WORKDIR /app
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=linux go build -ldflags="-w -s" -o server .

# Stage 2: Scratch (literally nothing)
FROM scratch
COPY --from=builder /app/server /server
EXPOSE 8080
CMD ["/server"]
