"""Credentials in the texts of an image: masked before anything else reads them, and where they were."""

import pytest

from layerscope.advice.secrets.redaction import redacted
from layerscope.credentials import MASK
from layerscope.sources.image import Config, HistoryEntry, Image, Platform

TOKEN = "npm_" + "Ab1" * 12


def image_with(**fields: object) -> Image:
    return Image(reference="x", source="oci", config=Config(platform=Platform("linux", "amd64"), **fields), layers=())  # type: ignore[arg-type]


def masked_line(line: str) -> str:
    image, _ = redacted(image_with(history=(HistoryEntry(created_by=line),)))
    return image.config.history[0].created_by


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("ENV DB_PASSWORD=hunter2 PORT=80", "ENV DB_PASSWORD=••• PORT=80"),
        ("ENV DB_PASSWORD=two words PORT=80", "ENV DB_PASSWORD=••• PORT=80"),
        ("ENV DB_PASSWORD hunter2", "ENV DB_PASSWORD •••"),
        ("/bin/sh -c #(nop)  ENV DB_PASSWORD=hunter2", "/bin/sh -c #(nop)  ENV DB_PASSWORD=•••"),
        ("/bin/sh -c #(nop)  ARG NPM_TOKEN=hunter2", "/bin/sh -c #(nop)  ARG NPM_TOKEN=•••"),
        ("RUN |2 NPM_TOKEN=a1 b2 V=3 /bin/sh -c npm ci # buildkit", "RUN |2 NPM_TOKEN=••• V=3 /bin/sh -c npm ci # buildkit"),
        ("|1 NPM_TOKEN=hunter2 /bin/bash -o pipefail -c npm ci", "|1 NPM_TOKEN=••• /bin/bash -o pipefail -c npm ci"),
        ("RUN |1 T_TOKEN=hunter2 /bin/sh -c echo hunter2 >x", "RUN |1 T_TOKEN=••• /bin/sh -c echo ••• >x"),
        ("RUN TOKEN='two words' npm ci && true", "RUN TOKEN='•••' npm ci && true"),
        ('RUN TOKEN="two words" npm ci', "RUN TOKEN=\"•••\" npm ci"),
        ('RUN echo "//host/:_authToken=abc123d" > .npmrc', 'RUN echo "//host/:_authToken=•••" > .npmrc'),
        ("RUN git clone https://joe:hunter2@host/x", "RUN git clone https://joe:•••@host/x"),
        ("RUN git clone https://joe:hun@ter2@host/x", "RUN git clone https://joe:•••@host/x"),
        ("RUN git clone https://0123456789abcdef0@host/x", "RUN git clone https://•••@host/x"),
        ("RUN git clone ssh://git@host/x https://${TOKEN}@host", "RUN git clone ssh://git@host/x https://${TOKEN}@host"),
        ('RUN curl -H "Authorization: Bearer abc123d" x', 'RUN curl -H "Authorization: •••" x'),
        ("RUN curl -u joe:hunter2 https://x", "RUN curl -u joe:••• https://x"),
        ("RUN mysql --password hunter2 -u x", "RUN mysql --password ••• -u x"),
        ("RUN mysql --password=hunter2 -u x", "RUN mysql --password=••• -u x"),
        ("RUN echo '{\"password\": \"hunter2\"}' > x", "RUN echo '{\"password\": \"•••\"}' > x"),
        ("RUN printf '[x]\\naws_secret_access_key = hunter2\\n' > c", "RUN printf '[x]\\naws_secret_access_key = •••' > c"),
        ("RUN echo 'machine h login joe password hunter2' > n", "RUN echo 'machine h login joe password •••' > n"),
        ("RUN export AWS=AKIAIOSFODNN7EXAMPLE", "RUN export AWS=•••"),
        ("RUN echo ghp_" + "a1" * 18, "RUN echo •••"),
        ("RUN echo glpat-" + "a1" * 10, "RUN echo •••"),
        (f"RUN echo {TOKEN} x", "RUN echo ••• x"),
        ("RUN echo xoxb-1234567890-abc", "RUN echo •••"),
        ("RUN echo sk-proj-abc123def456ghi789jkl", "RUN echo •••"),
        ("RUN x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln y", "RUN x ••• y"),
        ("RUN echo '-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----' > k", "RUN echo '•••' > k"),
        ("RUN PASSWORD=\"open end", "RUN PASSWORD=\"•••"),
    ],
)  # fmt: skip
def test_credentials_in_history_are_masked(line: str, shown: str) -> None:
    assert masked_line(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
        "ENV PYTHON_SHA256=18e1aa7e66ff3a58423d59ed22815a6954e53342122c45df20c96877c062b9b7",
        "ENV DB_PASSWORD=",
        "ENV DB_PASSWORD=${DB_PASSWORD}",
        "ENV DB_PASSWORD_FILE=/run/secrets/db",
        "ENV API_KEY=changeme",
        "ENV MAX_TOKENS=4096 TOKENIZERS_PARALLELISM=false",
        "ENV SSL_KEY=/etc/ssl/private/site.key AUTH_TOKEN_URL=https://host/oauth API_KEY=https://host/key",
        "RUN --mount=type=secret,id=npm_token TOKEN=$(cat /run/secrets/npm_token) npm ci",
        "RUN curl -fsSL https://example.org/key.asc | gpg --import",
        "RUN docker login --password-stdin registry.example.org",
        "COPY secrets.go tokens/ /src/",
    ],
)
def test_what_is_public_or_a_placeholder_stays(line: str) -> None:
    assert masked_line(line) == line


def test_a_value_is_masked_wherever_it_occurs_but_in_the_path_of_a_program() -> None:
    """The program /app/server7 is found although a password is called like it."""
    config = {"env": ("DB_PASSWORD=server7",), "cmd": ("/app/server7", "-p", "server7")}
    line = HistoryEntry(created_by="/bin/sh -c echo server7 > /x")
    image, leaks = redacted(image_with(**config, history=(line,)))
    assert image.config.cmd == ("/app/server7", "-p", MASK)
    assert image.config.history[0].created_by == f"/bin/sh -c echo {MASK} > /x"
    assert [(leak.where, leak.name) for leak in leaks] == [("ENV", "DB_PASSWORD"), ("CMD", ""), ("RUN", "")]


def test_an_image_without_credentials_stays_as_it_is() -> None:
    image = image_with(env=("PATH=/usr/bin", "GPG_KEY=A035C8C1"), history=(HistoryEntry(created_by="RUN make"),))
    assert redacted(image) == (image, ())
