"""Connections to engines: settings that lead nowhere, and credentials that stay on this machine."""

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from layerscope.core.errors import ImageNotFound, SourceError, UsageError
from layerscope.sources import open_image
from layerscope.sources.engine import client
from layerscope.sources.engine.client import Engine, connect
from layerscope.sources.engine.contexts import context_settings
from layerscope.sources.registry.origins import Place
from tests.support.archives import layer_tar
from tests.support.fake_engine import FakeEngine, answering, credentials_in
from tests.support.proxies import proxying

LAYER = layer_tar([("a", b"a" * 5000)])


@pytest.fixture(autouse=True)
def _no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_CONTEXT", "CONTAINER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{tmp_path}/podman.sock")


def the_error(reference: str) -> SourceError:
    with pytest.raises(SourceError) as error:
        open_image(reference)
    assert error.value.exit_code == 3
    assert "\n" not in error.value.line()
    return error.value


@pytest.mark.parametrize("transport", ["docker-daemon", "podman"])
def test_an_engine_that_is_not_there_is_named_with_its_endpoint(transport: str, tmp_path: Path) -> None:
    name = transport.removesuffix("-daemon")
    expected = f"{name} at unix://{tmp_path}/{name}.sock cannot be reached: there is no such socket; start {name}"
    assert the_error(f"{transport}:alpine").line().startswith(expected)


def test_a_name_alone_asks_docker_and_podman_and_the_error_says_both() -> None:
    error = the_error("alpine:3.19")
    assert not isinstance(error, ImageNotFound)
    assert "alpine:3.19 is not a path that exists, and no local engine answers: docker at" in error.line()
    assert "podman at" in error.line()


def test_a_socket_at_which_nobody_listens(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as closed:
        closed.bind(str(tmp_path / "docker.sock"))
    assert "nothing listens there" in the_error("docker-daemon:alpine").line()


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[None]:
    """A socket that closes every connection without a word."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "docker.sock"))
        server.listen()
        stopping = threading.Event()

        def close_all() -> None:
            while not stopping.is_set():
                server.accept()[0].close()

        thread = threading.Thread(target=close_all)
        thread.start()
        yield
        stopping.set()
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(tmp_path / "docker.sock"))
        thread.join()


@pytest.mark.usefixtures("silent")
def test_something_that_is_no_engine() -> None:
    assert "cannot be reached" in the_error("docker-daemon:alpine").line()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DOCKER_CONTEXT", "nowhere", "the docker context nowhere does not exist"),
        ("DOCKER_HOST", "nonsense://x", "cannot be"),
        ("DOCKER_HOST", "tcp://127.0.0.1:1", "docker at tcp://127.0.0.1:1 cannot be reached: nothing listens there"),
    ],
)
def test_settings_that_lead_nowhere(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.delenv("DOCKER_HOST")
    monkeypatch.setenv(name, value)
    assert said in the_error("docker-daemon:alpine").line()


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The description of a context ``remote``, as ``docker context create`` writes it, and nothing else beside it."""
    monkeypatch.delenv("DOCKER_HOST")
    described = tmp_path / "contexts" / "meta" / hashlib.sha256(b"remote").hexdigest() / "meta.json"
    described.parent.mkdir(parents=True)
    described.write_text('{"Name": "remote", "Metadata": {}, "Endpoints": {"docker": {"Host": "tcp://127.0.0.1:1"}}}')
    return described


@pytest.mark.usefixtures("context")
class TestContext:
    def test_it_is_found_without_a_configuration_beside_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCKER_CONTEXT", "remote")
        assert "docker at tcp://127.0.0.1:1 cannot be reached" in the_error("docker-daemon:alpine").line()

    def test_the_configuration_says_which_one_is_used(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text('{"currentContext": "remote"}')
        assert "docker at tcp://127.0.0.1:1 cannot be reached" in the_error("docker-daemon:alpine").line()

    @pytest.mark.parametrize("damaged", ["{", "[]", "{}", '{"Endpoints": {"docker": {"Host": 1}}}'])
    def test_one_that_is_damaged_is_one_line(self, context: Path, monkeypatch: pytest.MonkeyPatch, damaged: str) -> None:
        context.write_text(damaged)
        monkeypatch.setenv("DOCKER_CONTEXT", "remote")
        assert "docker's settings cannot be used" in the_error("docker-daemon:alpine").line()

    def test_its_certificates_are_used(self, context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        certificates = tmp_path / "contexts" / "tls" / context.parent.name / "docker"
        certificates.mkdir(parents=True)
        for name in ("ca.pem", "cert.pem", "key.pem"):
            (certificates / name).touch()
        monkeypatch.setenv("DOCKER_CONTEXT", "remote")
        settings = context_settings()
        assert settings["tls"].cert == (str(certificates / "cert.pem"), str(certificates / "key.pem"))
        assert (settings["tls"].ca_cert, settings["tls"].verify) == (str(certificates / "ca.pem"), True)


def test_certificates_that_are_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    assert "docker's settings cannot be used" in the_error("docker-daemon:alpine").line()


def test_what_can_be_no_name_is_wrong_use_where_an_engine_answers() -> None:
    with pytest.raises(UsageError, match="is neither an image name nor a path"):
        Engine("docker-daemon", "", None).inspect("../info?")


class TestCredentials:
    """An engine pulls with the user's credentials, so they are sent to it: in the clear only on this machine."""

    @pytest.fixture
    def engine(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
        auths = {"registry.test": {"auth": "dXNlcjpzZWNyZXQ="}}
        (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
        with answering(FakeEngine()) as engine:
            monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{engine.port}")
            yield engine

    def pull(self) -> None:
        with pytest.raises(SourceError):
            open_image("docker-daemon:registry.test/app:1", pull=True)

    def build(self) -> None:
        engine = connect("docker-daemon")
        list(engine.client.build(fileobj=BytesIO(b"FROM scratch"), decode=True))
        engine.close()

    @pytest.fixture
    def elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As if 127.0.0.1 were another machine."""
        monkeypatch.setattr(client, "place_of", lambda address: Place.PRIVATE)

    def test_they_go_to_an_engine_on_this_machine(self, engine: FakeEngine) -> None:
        self.pull()
        self.build()
        assert {"user", "secret"} <= credentials_in(engine.sent("X-Registry-Auth"))
        assert {"user", "secret"} <= credentials_in(engine.sent("X-Registry-Config"))

    @pytest.mark.usefixtures("elsewhere")
    def test_they_do_not_go_to_another_machine_in_the_clear(self, engine: FakeEngine) -> None:
        self.pull()
        self.build()
        assert {path.partition("?")[0].rpartition("/")[2] for path, _ in engine.requests} >= {"create", "build"}
        assert credentials_in(engine.sent("X-Registry-Auth")) == set()
        assert engine.sent("X-Registry-Config") == []

    @pytest.mark.usefixtures("elsewhere")
    def test_a_pull_that_fails_says_so(self, engine: FakeEngine) -> None:
        with pytest.raises(SourceError, match="pull access denied") as error:
            open_image("docker-daemon:registry.test/app:1", pull=True)
        assert error.value.hint == "no credentials go to it without TLS; use ssh:// or TLS"

    def test_they_do_not_follow_an_engine_that_redirects(self, engine: FakeEngine) -> None:
        with answering(FakeEngine()) as stranger:
            engine.redirects = f"http://127.0.0.1:{stranger.port}"
            self.pull()
            assert engine.sent("X-Registry-Auth")
            assert stranger.requests == []

    def test_they_do_not_go_through_a_proxy(self, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with proxying() as proxy, pytest.MonkeyPatch.context() as patch:
            api = connect("docker-daemon")
            patch.setenv("HTTP_PROXY", proxy.url)
            api.images()
            api.close()
            assert proxy.requests == []
