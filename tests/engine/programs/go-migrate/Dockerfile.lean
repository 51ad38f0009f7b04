FROM golang:1.22 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -ldflags='-s -w' -trimpath -tags timetzdata -o /app .
FROM alpine:3.19
RUN printf '%s\n' 'text/calendar ics ifb' 'text/csv csv' > /etc/mime.types
WORKDIR /go/src/app
COPY --from=build /app /usr/local/bin/app
COPY migrations migrations
COPY locales locales
ENV APP_ADDR=:9109
EXPOSE 9109
CMD ["app", "-migrations", "migrations", "-locales", "./locales"]
