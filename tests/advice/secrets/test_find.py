"""Credentials that an image still holds: found wherever they are, and never shown."""

from itertools import pairwise
from pathlib import Path

import pytest

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.model import Finding
from layerscope.advice.rules import document
from layerscope.analysis import Analysis
from layerscope.commands import run
from layerscope.credentials import MASK, is_credential, spans_of
from layerscope.layers.keep import may_hold_secrets, which_may_hold_secrets
from tests.support.attributions import dpkg_database
from tests.support.layouts import compressed_analysis, compressed_image
from tests.support.pilots import app_for, main_screen, text_of_all_panes
from tests.support.programs import Row, analysis_of, go_program

KEY = b"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAvalue\n-----END RSA PRIVATE KEY-----\n"
CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIB\n-----END CERTIFICATE-----\n"
TOKEN = "npm_" + "Ab1" * 12


def secrets(analysis: Analysis) -> list[Finding]:
    return [finding for finding in analysis.findings if finding.rule.startswith("LS8")]


def found_in(tmp_path: Path, path: str, content: bytes) -> list[str]:
    return [finding.rule for finding in secrets(analysis_of(tmp_path, [[(path, content)]]))]


HELD = [
    ("app/.env", b"PORT=8080\nexport DB_PASSWORD='s3cret pw'\n", "LS801"),
    ("app/.env.production", b"DATABASE_URL=postgres://app:s3cretpw@db/app\nAPI_TOKEN=abc123def\n", "LS801"),
    ("root/.ssh/id_rsa", KEY, "LS802"),
    ("home/app/.ssh/deploy", KEY.replace(b"RSA", b"OPENSSH"), "LS802"),
    ("root/.npmrc", f"//registry.example.org/:_authToken={TOKEN}\n".encode(), "LS803"),
    ("root/.git-credentials", b"https://joe:s3cretpw@example.org\n", "LS804"),
    ("root/.netrc", b"machine example.org\n  login joe\n  password s3cretpw\n", "LS804"),
    ("root/.pypirc", b"[pypi]\nusername = __token__\npassword = pypi-AgEIcHlwaS5vcmcCJDE\n", "LS805"),
    ("etc/pip.conf", b"[global]\nindex-url = https://joe:s3cretpw@pypi.example.org/simple\n", "LS805"),
    ("root/.m2/settings.xml", b"<server><username>joe</username><password>s3cretpw</password></server>", "LS805"),
    ("root/.aws/credentials", b"[default]\naws_access_key_id = x\naws_secret_access_key = wJalrXUtnFEMIK7MDENG\n", "LS806"),
    ("root/.docker/config.json", b'{"auths":{"https://index.example.org/v1/":{"auth":"am9lOnMzY3JldA=="}}}', "LS806"),
    ("root/.kube/config", b"users:\n- name: a\n  user:\n    client-key-data: LS0tLS1CRUdJTg==\n", "LS806"),
    ("app/server.key", KEY, "LS807"),
    ("etc/nginx/tls/site.pem", CERTIFICATE + KEY, "LS807"),
    ("app/keystore.p12", b"\x30\x82\x0a\x01\x02\x01\x03", "LS808"),
    ("opt/app/server.jks", b"\xfe\xed\xfe\xed" + bytes((0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1)) + b"rest", "LS808"),
    ("root/.pgpass", b"db:5432:*:app:s3cretpw\n", "LS809"),
]

PUBLIC = [
    ("app/.env.example", b"DB_PASSWORD=s3cret\n"),
    ("app/.env", b"PORT=8080\nDB_PASSWORD=\nAPI_TOKEN=${API_TOKEN}\nSECRET_FILE=/run/secrets/x\nOTHER_SECRET=changeme\n"),
    ("root/.ssh/id_rsa.pub", b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ joe@example\n"),
    ("root/.ssh/known_hosts", b"example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n"),
    ("root/.npmrc", b"//registry.example.org/:_authToken=${NPM_TOKEN}\nfund=false\n"),
    ("etc/pip.conf", b"[global]\nindex-url = https://pypi.example.org/simple\n"),
    ("root/.docker/config.json", b'{"credsStore":"desktop"}'),
    ("app/ca-bundle.pem", CERTIFICATE * 3),
    ("etc/ssl/certs/ca.pem", CERTIFICATE),
    ("app/public.pem", b"-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\n-----END PUBLIC KEY-----\n"),
    ("opt/app/truststore.jks", b"\xfe\xed\xfe\xed" + bytes((0, 0, 0, 2, 0, 0, 0, 0))),
    ("usr/local/go/src/crypto/tls/testdata/example-key.pem", KEY),
    ("usr/local/lib/python3.11/test/certdata/keycert.pem", KEY),
    ("app/node_modules/agent/test/fixtures/server.key", KEY),
    ("etc/ssl/private/ssl-cert-snakeoil.key", KEY),
]


@pytest.mark.parametrize(("path", "content", "rule"), HELD, ids=[path for path, _, _ in HELD])
def test_files_with_credentials_are_found(tmp_path: Path, path: str, content: bytes, rule: str) -> None:
    assert found_in(tmp_path, path, content) == [rule]


@pytest.mark.parametrize(("path", "content"), PUBLIC, ids=[path for path, _ in PUBLIC])
def test_public_files_are_not(tmp_path: Path, path: str, content: bytes) -> None:
    assert found_in(tmp_path, path, content) == []


def test_compressed_layers_tell_the_same_and_keep_only_outlines(tmp_path: Path) -> None:
    """While a layer is inflated, of such files nothing but an outline is kept: neither index nor cache has a value."""
    rows: list[Row] = [(path, content) for path, content, _ in HELD if path != "app/.env.production"]
    analysis = compressed_analysis(tmp_path, [rows])
    plain = analysis_of(tmp_path, [rows])
    told = [(finding.rule, finding.size, finding.paths) for finding in secrets(analysis)]
    assert told == [(finding.rule, finding.size, finding.paths) for finding in secrets(plain)]
    assert {rule for rule, _, _ in told} == {rule for _, _, rule in HELD}
    kept = b"\n".join(analysis.filesystem.indexes[0].contents.values())
    for value in (b"s3cret", TOKEN.encode(), b"MIIEow", b"am9lOnMz", b"LS0tLS1", b"wJalr", b"AgEIcHlw"):
        assert value not in kept


def test_a_read_of_such_a_file_still_gives_all_of_it(tmp_path: Path) -> None:
    analysis = compressed_analysis(tmp_path, [[("root/.ssh/id_rsa", KEY)]])
    assert analysis.contents.read(0, 0) == KEY


def test_every_file_rule_is_looked_for_by_the_layers() -> None:
    for row in document("secrets.toml")["rule"]:
        for sample in row["samples"] if "paths" in row else ():
            assert may_hold_secrets(sample.lstrip("/").encode()), sample
    paths = [
        b".env",
        b"a/.env",
        b"a/x.env",
        b"a/.env.local",
        b"id_rsa",
        b"a/my_id_rsa",
        b".ssh/a",
        b"b/.ssh/c",
        b"a/b.pem",
        b"a",
    ]
    assert which_may_hold_secrets(paths) == [row for row, path in enumerate(paths) if may_hold_secrets(path)]
    assert [paths[row] for row in which_may_hold_secrets(paths)] == [
        b".env", b"a/.env", b"a/.env.local", b"id_rsa", b".ssh/a", b"b/.ssh/c", b"a/b.pem",
    ]  # fmt: skip


def test_what_a_package_ships_is_public(tmp_path: Path) -> None:
    owned = dpkg_database({"tool": ("1", ["/usr/share/tool/test.key"])})
    rows: list[Row] = [("usr/share/tool/test.key", KEY), ("usr/share/own.key", KEY), *owned]
    (found,) = secrets(analysis_of(tmp_path, [rows]))
    assert found.paths == (b"usr/share/own.key",)


def test_a_deleted_file_is_said_to_be_still_there(tmp_path: Path) -> None:
    history = ["COPY . /app", "RUN npm ci", "RUN rm /app/.env"]
    layers: list[list[Row]] = [
        [("app/.env", b"API_KEY=abc123def\n")],
        [("app/x", b"x")],
        [("app/.wh.env", b""), ("app/.wh..env", b"")],
    ]
    (found,) = secrets(analysis_of(tmp_path, layers, history, WorkingDir="/app"))
    assert (found.rule, found.confidence, found.size, found.layers) == ("LS801", "dead", 18, (0, 2))
    assert found.instructions == ("COPY . /app", "RUN rm /app/.env")
    told = "18 B in layer 0 (COPY . /app), with a value for API_KEY; layer 2 (RUN rm /app/.env) deletes it, yet it can still"
    assert any(told in line for line in found.evidence)


def test_no_image_can_make_the_search_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each layer only so much is looked into; the rest is judged by its name alone."""
    monkeypatch.setattr("layerscope.advice.secrets.find.SECRET_LAYER_BYTES", 50)
    rows: list[Row] = [(f"app/{number}/.env", b"API_KEY=abc123def\n") for number in range(4)]
    found = secrets(analysis_of(tmp_path, [rows, rows[2:], [("root/.pgpass", b"h:1:d:u:abc123def\n" * 10)]]))
    assert {finding.rule: len(finding.entries) for finding in found} == {"LS801": 4, "LS809": 1}


def test_names_tell_credentials_apart() -> None:
    for name in (
        "DB_PASSWORD",
        "npm_token",
        "_authToken",
        "AWS_SECRET_ACCESS_KEY",
        "api-key",
        "Authorization",
        "SECRET_KEY_BASE",
    ):
        assert is_credential(name), name
    for name in (
        "PATH",
        "GPG_KEY",
        "PYTHON_SHA256",
        "SSL_CERT_FILE",
        "PUBLIC_KEY",
        "TOKEN_TTL",
        "KEYBOARD",
        "MONKEY",
        "AUTHOR",
    ):
        assert not is_credential(name), name


@pytest.mark.parametrize(
    "evil", ["a", "a://", "token=y1 ", "eyJ", "-----BEGIN PRIVATE KEY-----", "curl -u ", '"', "\\", "TOKEN="]
)
def test_long_lines_take_no_longer_than_their_length(evil: str) -> None:
    spans = spans_of(f"RUN {evil * (300_000 // len(evil))}")
    assert all(before.end <= after.start for before, after in pairwise(spans))


VALUES = (
    "hunter2pw",
    "f0llow the wh1te rabbit",
    TOKEN,
    "s3cretpath",
    "pw-in-c0mmand",
    "cl0ud-value",
    "lab3lvalue",
    "d3letedvalue",
)
HISTORY = [
    "COPY base /",
    f"ENV DB_PASSWORD={VALUES[0]} PORT=8080",
    "ARG NPM_TOKEN",
    f"RUN |1 NPM_TOKEN={VALUES[1]} /bin/sh -c npm ci && echo {VALUES[0]} > /x",
    f"RUN echo //host/:_authToken={VALUES[2]} > /root/.npmrc",
    f"RUN git clone https://joe:{VALUES[3]}@host/x && rm /app/.env",
    f"LABEL api.token={VALUES[6]}",
    f'CMD ["/app/server" "--password={VALUES[4]}"]',
]
CONFIG = {
    "Env": [f"DB_PASSWORD={VALUES[0]}", "PORT=8080", f"CACHE=redis://:{VALUES[5]}@cache/0"],
    "Cmd": ["/app/server", f"--password={VALUES[4]}"],
    "Labels": {"api.token": VALUES[6], "maintainer": "joe"},
    "WorkingDir": "/app",
}
LAYERS: list[list[Row]] = [
    [("app/server", go_program("os.Getenv")), ("usr/local/go/bin/go", bytes(2_000_000))],
    [("app/.env", f"API_KEY={VALUES[7]}\n".encode())],
    [("root/.npmrc", f"//host/:_authToken={VALUES[2]}\n".encode())],
    [("app/.wh..env", b"")],
]


@pytest.fixture
def leaking(tmp_path: Path) -> Path:
    return compressed_image(tmp_path / "image", LAYERS, HISTORY, **CONFIG)


def assert_hidden(text: str) -> None:
    for value in VALUES:
        assert value not in text
        assert value.split()[0] not in text


def test_findings_name_place_and_instruction_of_what_texts_hold(tmp_path: Path) -> None:
    found = {finding.rule: finding for finding in secrets(compressed_analysis(tmp_path, LAYERS, HISTORY, **CONFIG))}
    assert set(found) == {"LS801", "LS803", "LS810", "LS811", "LS812"}
    env, argument, other = found["LS810"], found["LS811"], found["LS812"]
    assert env.title == "credential in ENV: DB_PASSWORD, CACHE"
    assert env.instructions == (f"ENV DB_PASSWORD={MASK} PORT=8080",)
    assert "ENV of the configuration holds DB_PASSWORD" in env.evidence
    assert argument.title == "credential in a build argument: NPM_TOKEN"
    assert (argument.layers, argument.confidence) == ((1,), "build-only")
    assert argument.instructions == (f"RUN npm ci && echo {MASK} > /x",)
    assert "instruction 3 of the history holds NPM_TOKEN as a build argument" in argument.evidence
    assert {"api.token", "password"} <= set(other.title.partition(": ")[2].split(", "))
    assert all(not finding.size and not finding.entries for finding in (env, argument, other))


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "--format", "json"),
        ("report", "--format", "markdown"),
        ("recommend", "--format", "text"),
        ("recommend", "--format", "json"),
        ("recommend", "--format", "dockerfile"),
    ],
    ids=" ".join,
)
def test_no_value_is_in_any_output(leaking: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    run([arguments[0], f"oci:{leaking}", *arguments[1:]])
    output = capsys.readouterr()
    assert "DB_PASSWORD" in output.out or arguments[2] == "dockerfile"
    assert "/app/server" in output.out
    assert_hidden(output.out + output.err)


@pytest.mark.parametrize("path", ["/app", "/app/.env", "/root/.npmrc", "/app/server"])
def test_no_value_is_in_an_explanation(leaking: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["why", f"oci:{leaking}", path])
    output = capsys.readouterr()
    assert path in output.out
    assert_hidden(output.out + output.err)


def test_no_value_is_in_the_cache(leaking: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither contents nor the words of commands, by which programs are looked for, keep one."""
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "cache"))
    run(["report", f"oci:{leaking}", "-o", str(tmp_path / "first.md")])
    run(["report", f"oci:{leaking}", "-o", str(tmp_path / "second.md")])
    assert (tmp_path / "first.md").read_text() == (tmp_path / "second.md").read_text()
    kept = list((tmp_path / "cache").rglob("*"))
    assert kept
    assert_hidden(b"".join(path.read_bytes() for path in kept if path.is_file()).decode("latin-1"))


async def test_no_value_is_on_any_screen(tmp_path: Path) -> None:
    app = app_for(compressed_analysis(tmp_path, LAYERS, HISTORY, **CONFIG))
    async with app.run_test(size=(160, 50)) as pilot:
        screen = await main_screen(pilot)
        seen = await text_of_all_panes(pilot, screen)
        assert "DB_PASSWORD" in seen
        assert_hidden(seen)


def test_the_dockerfile_is_without_them_and_says_so(tmp_path: Path) -> None:
    plan = compressed_analysis(tmp_path, LAYERS, HISTORY, **CONFIG).recommendation
    assert "ENV PORT=8080" in plan.dockerfile
    assert "DB_PASSWORD" not in plan.dockerfile
    assert MASK not in "".join(line for line in plan.dockerfile.splitlines(keepends=True) if not line.startswith("#"))
    risks = "\n".join(risk.text for risk in plan.risks)
    assert "what looks secret is left out (ENV DB_PASSWORD): give it when the container starts" in risks
    assert "what looks secret is left out (ENV CACHE)" in risks
    assert "what looks secret is left out (LABEL api.token)" in risks
    assert "what looks secret is left out (CMD): write it without" in risks
    assert_hidden(plan.dockerfile + risks)


def test_a_users_own_dockerfile_is_kept_and_its_credentials_are_named(tmp_path: Path) -> None:
    text = "FROM golang:1.22\nENV DB_PASSWORD=hunter2pw\nRUN go build -o /app/server\nCOPY base /\n"
    analysis = analysis_of(tmp_path, LAYERS, HISTORY, RecommendOptions(dockerfile=text), Cmd=["/app/server"])
    assert "ENV DB_PASSWORD=hunter2pw" in analysis.recommendation.dockerfile
    told = "Dockerfile, line 2: ENV DB_PASSWORD holds a credential, which the image's history keeps"
    assert any(risk.text.startswith(told) for risk in analysis.recommendation.risks)
    assert "hunter2pw" not in "".join(risk.text for risk in analysis.recommendation.risks)
