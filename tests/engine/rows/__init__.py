"""The rows of the acceptance: programs in the way of the guides, fat as a beginner builds them, lean as an expert does."""

from typing import NamedTuple


class Ask(NamedTuple):
    """One question to a running container. ``varies`` are regular expressions of what may differ from one container to the
    next in its answer, as each row says it itself: nothing else may."""

    path: str
    method: str = "GET"
    body: bytes = b""
    varies: tuple[str, ...] = ()


class Row(NamedTuple):
    """One program. ``directory`` is its context, ``fat`` the Dockerfile that keeps everything, ``experts`` the ones with
    several stages, the one to compare with first. ``port`` is "" where the program listens on $PORT, else where it always
    does; ``expert_port`` the same for the expert's image. ``checked`` says whether the image has a HEALTHCHECK. ``bases`` are
    the images that the row starts from, the expert and the recommendation included."""

    name: str
    directory: str
    asks: tuple[Ask, ...]
    bases: tuple[str, ...]
    fat: str = "Dockerfile"
    experts: tuple[str, ...] = ("multistage.Dockerfile",)
    environment: tuple[str, ...] = ()
    port: int = 0
    expert_port: int = 0
    checked: bool = False

    @property
    def key(self) -> str:
        """A name that can be part of an image's."""
        return f"{self.directory}-{self.fat.partition('.')[0]}".lower() if self.fat != "Dockerfile" else self.directory


_HOST = r"(?<=Hostname: )\S+"
_HELLO = (Ask("/", varies=(_HOST,)),)
_FLASK = (Ask("/"), Ask("/health"), Ask("/round/to%20and%20fro"), Ask("/nothing"))
_GO_APP = (Ask("/"), Ask("/health"))

ROWS = (
    Row(
        "Go REST API",
        "go-api",
        (
            Ask("/health"),
            Ask("/info", varies=(r'"hostname":"[^"]*"', r'"uptime":"[^"]*"')),
            Ask("/echo", "POST", b'{"message": "Hello"}'),
            Ask("/echo", "POST", b"no JSON"),
            Ask("/echo"),
        ),
        ("golang:1.21", "alpine:3.18"),
        experts=("multistage.Dockerfile", "scratch.Dockerfile"),
    ),
    Row("Go hello", "go-hello", _HELLO, ("golang:1.23", "alpine:3.21"), fat="single.Dockerfile"),
    Row(
        "Go hello with a health check",
        "go-hello",
        _HELLO,
        ("golang:1.23", "alpine:3.21"),
        fat="healthcheck.Dockerfile",
        experts=("healthcheck-multistage.Dockerfile",),
        checked=True,
    ),
    Row(
        "Go calculator on Ubuntu",
        "go-calculator",
        (Ask("/add?a=1&b=2"), Ask("/multiply?a=2&b=3.5"), Ask("/add?a=1&b=x"), Ask("/health")),
        ("ubuntu",),
    ),
    Row(
        "Go with cgo, templates, certificates",
        "go-pages",
        (Ask("/"), Ask("/about"), Ask("/static/style.css"), Ask("/length?text=twelve"), Ask("/certificates")),
        ("golang:1.22", "gcr.io/distroless/base-debian12:nonroot", "gcr.io/distroless/base-nossl-debian13"),
    ),
    Row(
        "Flask, gunicorn, cryptography", "python-app", _FLASK, ("python:3.11", "python:3.11-slim", "python:3.11-slim-bookworm")
    ),
    Row(
        "the same by pip install --target",
        "python-target",
        _FLASK,
        ("python:3.11", "python:3.11-slim", "python:3.11-slim-bookworm"),
    ),
    Row(
        "Flask with psycopg2 built on libpq",
        "python-postgres",
        (Ask("/health"), Ask("/quote/it's"), Ask("/database")),
        ("python:3.11", "python:3.11-slim", "python:3.11-slim-bookworm"),
    ),
    Row(
        "React, esbuild, serve",
        "react-app",
        (
            *(Ask("/"), Ask("/bundle.js"), Ask("/health.json"), Ask("/any/route"), Ask("/a/deeper/route?and=query")),
            *(Ask("/index.html"), Ask("/index"), Ask("/index.html?page=1"), Ask("/any/index"), Ask("/other.html")),
        ),
        ("node:20", "node:20-alpine", "nginx:alpine"),
        port=8080,
        expert_port=80,
    ),
    Row(
        "Express with development dependencies",
        "node-api",
        (Ask("/"), Ask("/health"), Ask("/nothing")),
        ("node:20", "node:20-slim", "node:20-bookworm-slim"),
    ),
    Row(
        "ASP.NET",
        "dotnet-app",
        (Ask("/"), Ask("/health"), Ask("/nothing")),
        (
            "mcr.microsoft.com/dotnet/sdk:8.0",
            "mcr.microsoft.com/dotnet/sdk:8.0-alpine",
            "mcr.microsoft.com/dotnet/aspnet:8.0-alpine",
            "mcr.microsoft.com/dotnet/aspnet:3.1",
        ),
    ),
    Row(
        "Go by build arguments",
        "go-app",
        _GO_APP,
        ("golang:1.22", "alpine:3.19"),
        fat="arguments.Dockerfile",
        experts=("arguments-multistage.Dockerfile",),
    ),
    Row("a jar", "java-fat", (Ask("/"),), ("debian:bookworm", "debian:bookworm-slim", "eclipse-temurin:17-jre")),
    Row(
        "Rust",
        "rust-app",
        (Ask("/"), Ask("/health")),
        ("debian:bookworm", "gcr.io/distroless/cc-debian12", "gcr.io/distroless/cc-debian13"),
    ),
    Row(
        "C++ with shared libraries",
        "cpp-app",
        (Ask("/"), Ask("/health")),
        ("debian:bookworm", "debian:bookworm-slim", "gcr.io/distroless/cc-debian13"),
    ),
)
"""The table, in its order."""

BASES = tuple(dict.fromkeys(base for row in ROWS for base in row.bases))
"""Every image that a row starts from."""
