"""Images straight from a registry: names, who one is, what is fetched, and what goes wrong on the way."""

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerscope.analysis import analyze
from layerscope.core.errors import Cancelled, ImageError, NotInRegistry, SourceError, UsageError
from layerscope.sources import open_image
from layerscope.sources.registry.challenges import Challenge, parse_challenges
from layerscope.sources.registry.credentials import Credentials, credentials_for
from layerscope.sources.registry.names import ImageName, parse_name
from tests.support.archives import (
    INDEX_TYPE,
    MANIFEST_TYPE,
    config_json,
    descriptor,
    oci_index,
    oci_manifest,
    sha256,
    to_json,
)
from tests.support.registry import IDENTITY, LAYERS, PASSWORD, TARS, FakeRegistry, add_image, log_in, served, sign_out

DIGEST = "sha256:" + "0" * 64


@pytest.fixture(autouse=True)
def _nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_out(tmp_path, monkeypatch)


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with served(FakeRegistry()) as registry:
        add_image(registry)
        yield registry


class TestNames:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("alpine", ImageName("docker.io", "library/alpine", "latest", "")),
            ("alpine:3.19", ImageName("docker.io", "library/alpine", "3.19", "")),
            ("org/app", ImageName("docker.io", "org/app", "latest", "")),
            ("index.docker.io/org/app:1", ImageName("docker.io", "org/app", "1", "")),
            ("ghcr.io/org/group/app:1", ImageName("ghcr.io", "org/group/app", "1", "")),
            ("localhost/app", ImageName("localhost", "app", "latest", "")),
            ("127.0.0.1:5000/app:1", ImageName("127.0.0.1:5000", "app", "1", "")),
            ("[::1]:5000/app", ImageName("[::1]:5000", "app", "latest", "")),
            (f"ghcr.io/app@{DIGEST}", ImageName("ghcr.io", "app", "latest", DIGEST)),
            (f"ghcr.io/app:1@{DIGEST}", ImageName("ghcr.io", "app", "1", DIGEST)),
        ],
    )
    def test_a_name_is_read_as_engines_read_it(self, text: str, name: ImageName) -> None:
        assert parse_name(text) == name
        assert parse_name(str(name)) == name or name.digest

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Alpine",
            "a//b",
            "ghcr.io/",
            "ghcr.io/a/../b",
            "a b",
            "alpine:",
            "alpine:a/b",
            "alpine@sha256:12",
            "a.b:x/app",
            "a.b:0/app",
            "a.b:65536/app",
            "-a",
        ],
    )
    def test_what_no_registry_could_have_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError, match="is no name of an image in a registry"):
            parse_name(text)


class TestOpening:
    def test_an_image_has_the_numbers_of_its_layers(self, registry: FakeRegistry) -> None:
        image = open_image(f"docker://{registry.host}/app:1")
        analysis = analyze(image)
        assert (image.source, analysis.problems) == ("docker", ())
        assert analysis.sizes.live == 10 + 200_004
        assert analysis.sizes.compressed == sum(map(len, LAYERS))
        assert image.manifest_digest == sha256(registry.content["manifests/1"])

    def test_the_manifest_and_each_blob_are_asked_for_once(self, registry: FakeRegistry) -> None:
        open_image(f"docker://{registry.host}/app:1")
        assert sorted(path.split("/")[-2] for path, _ in registry.requests) == ["blobs"] * 3 + ["manifests"]
        assert "application/vnd.oci.image.index.v1+json" in registry.asked("manifests/1")[0]["Accept"]
        assert {headers["Accept-Encoding"] for _, headers in registry.requests} == {"identity"}

    def test_a_digest_names_it_too_and_another_content_is_refused(self, registry: FakeRegistry) -> None:
        digest = sha256(registry.content["manifests/1"])
        assert open_image(f"docker://{registry.host}/app@{digest}").manifest_digest == digest
        registry.content[f"manifests/{DIGEST}"] = registry.content["manifests/1"]
        with pytest.raises(ImageError, match=f"has the content {digest}"):
            open_image(f"docker://{registry.host}/app@{DIGEST}")

    def test_of_an_index_only_the_wanted_platform_is_fetched(self, registry: FakeRegistry) -> None:
        platforms = {}
        for architecture in ("amd64", "arm64"):
            digest = add_image(registry, "", architecture)
            platforms[architecture] = descriptor(
                registry.content[f"manifests/{digest}"], MANIFEST_TYPE, platform={"os": "linux", "architecture": architecture}
            )
        attestation = descriptor(b"{}", MANIFEST_TYPE, platform={"os": "unknown", "architecture": "unknown"})
        registry.add(oci_index(*platforms.values(), attestation), tag="many")
        registry.requests.clear()
        image = open_image(f"docker://{registry.host}/app:many", platform="linux/arm64")
        assert image.config.platform.architecture == "arm64"
        assert [path.rpartition("/")[2] for path, _ in registry.requests if "/manifests/" in path] == [
            "many",
            platforms["arm64"]["digest"],
        ]
        with pytest.raises(ImageError, match="has no image for linux/s390x") as error:
            open_image(f"docker://{registry.host}/app:many", platform="linux/s390x")
        assert error.value.hint == "choose with --platform among: linux/amd64, linux/arm64"

    def test_a_layer_that_the_registry_lacks_is_a_problem_of_that_layer_alone(self, registry: FakeRegistry) -> None:
        del registry.content[f"blobs/{sha256(LAYERS[0])}"]
        analysis = analyze(open_image(f"docker://{registry.host}/app:1"))
        assert analysis.problems == (f"layer 0: layer {sha256(LAYERS[0])[:19]}… is missing",)
        assert analysis.sizes.live == 200_004

    def test_a_layer_with_another_content_is_said_to_have_it(self, registry: FakeRegistry) -> None:
        registry.content[f"blobs/{sha256(LAYERS[0])}"] = LAYERS[0][:-1] + b"x"
        assert "its content has the digest" in analyze(open_image(f"docker://{registry.host}/app:1")).problems[0]

    def test_a_layer_that_is_longer_than_its_descriptor_says_is_not_fetched_on(self, registry: FakeRegistry) -> None:
        registry.content[f"blobs/{sha256(LAYERS[1])}"] += bytes(1_000_000)
        with pytest.raises(ImageError, match=f"has more than the {len(LAYERS[1]):,} bytes that its descriptor says"):
            open_image(f"docker://{registry.host}/app:1")

    def test_a_foreign_layer_is_not_fetched_from_wherever_it_says(self, registry: FakeRegistry) -> None:
        config = config_json(TARS)
        manifest = json.loads(oci_manifest(config, LAYERS))
        manifest["layers"][0]["urls"] = ["http://169.254.169.254/secret"]
        registry.add(to_json(manifest), config, tag="foreign")
        image = open_image(f"docker://{registry.host}/app:foreign")
        assert "is kept at http://169.254.169.254/secret" in image.layers[0].problem

    def test_progress_reaches_all_bytes_and_can_cancel(self, registry: FakeRegistry) -> None:
        told: list[tuple[str, int, int | None]] = []
        open_image(f"docker://{registry.host}/app:1", progress=lambda *step: told.append(step))
        config = len(registry.content[f"blobs/{sha256(config_json(TARS))}"])
        total = sum(map(len, LAYERS)) + config
        assert told[-1] == ("fetching from 127.0.0.1:" + registry.host.rpartition(":")[2], total, total)

        def stop(*_: object) -> None:
            raise Cancelled("cancelled")

        with pytest.raises(Cancelled):
            open_image(f"docker://{registry.host}/app:1", progress=stop)

    def test_a_registry_that_says_nothing_can_be_left_at_once(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            host = f"127.0.0.1:{silent.getsockname()[1]}"
            told: list[str] = []

            def stop(what: str, done: int, total: int | None) -> None:
                told.append(what)
                if len(told) > 2:
                    raise Cancelled("cancelled")

            with pytest.raises(Cancelled):
                open_image(f"docker://{host}/app:1", progress=stop)
            assert told == [f"fetching from {host}"] * 3

    def test_a_name_that_no_engine_has_is_looked_for_in_its_registry(self, registry: FakeRegistry) -> None:
        assert open_image(f"{registry.host}/app:1").source == "docker"
        with pytest.raises(SourceError, match=r"no local engine answers: docker at .*; the registry 127.0.0.1:\d+ has no"):
            open_image(f"{registry.host}/app:2")


class TestFailures:
    def test_failures_in_passing_are_waited_for(self, registry: FakeRegistry) -> None:
        registry.passing = 3
        assert open_image(f"docker://{registry.host}/app:1").problems == ()
        registry.passing = 4
        with pytest.raises(SourceError, match=r"the registry 127.0.0.1:\d+ answered 503"):
            open_image(f"docker://{registry.host}/app:1")

    @pytest.mark.parametrize("ranges", [True, False], ids=["with ranges", "without"])
    def test_a_connection_that_breaks_is_taken_up_where_it_broke(self, registry: FakeRegistry, ranges: bool) -> None:
        registry.cut, registry.ranges = 3, ranges
        assert analyze(open_image(f"docker://{registry.host}/app:1")).problems == ()
        assert any("Range" in headers for headers in registry.asked("/blobs/"))

    def test_a_connection_that_always_breaks_ends_it(self, registry: FakeRegistry) -> None:
        registry.cut = 1000
        with pytest.raises(SourceError, match="broke off"):
            open_image(f"docker://{registry.host}/app:1")

    def test_what_is_not_there_is_one_clear_line(self, registry: FakeRegistry) -> None:
        with pytest.raises(NotInRegistry) as error:
            open_image(f"docker://{registry.host}/app:2")
        assert error.value.line() == (
            f"the registry {registry.host} has no {registry.host}/app:2: there is\\x1bno such thing; "
            f"check the name, or log in: docker login {registry.host}"
        )

    def test_a_registry_that_cannot_be_reached_is_named(self) -> None:
        with pytest.raises(SourceError, match=r"the registry 127.0.0.1:9 cannot be reached: .*refused") as error:
            open_image("docker://127.0.0.1:9/app")
        assert error.value.exit_code == 3

    def test_a_manifest_without_end_is_not_read_on(self, registry: FakeRegistry) -> None:
        registry.content["manifests/huge"] = b" " * (5 << 20)
        with pytest.raises(ImageError, match="more than the limit of 4,194,304"):
            open_image(f"docker://{registry.host}/app:huge")

    def test_an_index_that_holds_itself_ends(self, registry: FakeRegistry) -> None:
        registry.add(oci_index({"mediaType": INDEX_TYPE, "digest": DIGEST, "size": 2}), tag="loop")
        registry.content[f"manifests/{DIGEST}"] = registry.content["manifests/loop"]
        with pytest.raises(ImageError, match="a nesting of indexes"):
            open_image(f"docker://{registry.host}/app:loop")


class TestWhoAsks:
    def test_anybody_gets_a_token_where_the_registry_gives_some(self, registry: FakeRegistry) -> None:
        registry.wants, registry.anonymous = "bearer", True
        assert open_image(f"docker://{registry.host}/app:1").problems == ()
        assert len(registry.asked("/token")) == 1

    @pytest.mark.parametrize("wants", ["basic", "bearer"])
    def test_whoever_is_logged_in_is_known(self, registry: FakeRegistry, wants: str, tmp_path: Path) -> None:
        registry.wants = wants
        with pytest.raises(NotInRegistry, match="does not give"):
            open_image(f"docker://{registry.host}/app:1")
        log_in(tmp_path, registry.host, **PASSWORD)
        assert open_image(f"docker://{registry.host}/app:1").problems == ()

    def test_an_identity_token_is_exchanged(self, registry: FakeRegistry, tmp_path: Path) -> None:
        registry.wants = "bearer"
        log_in(tmp_path, registry.host, **IDENTITY)
        assert open_image(f"docker://{registry.host}/app:1").problems == ()
        assert registry.asked("/token")[0]["grant_type"] == "refresh_token"

    def test_credentials_do_not_follow_a_redirect(self, registry: FakeRegistry, tmp_path: Path) -> None:
        registry.wants = "basic"
        log_in(tmp_path, registry.host, **PASSWORD)
        with served(FakeRegistry(dict(registry.content))) as store:
            registry.elsewhere = f"http://{store.host}"
            assert analyze(open_image(f"docker://{registry.host}/app:1")).problems == ()
            assert len(store.asked("?signed")) == 3
            assert not any("Authorization" in headers for headers in store.asked("?signed"))

    def test_redirects_in_a_circle_end(self, registry: FakeRegistry) -> None:
        registry.elsewhere = f"http://{registry.host}"
        with pytest.raises(SourceError, match="redirects without end"):
            open_image(f"docker://{registry.host}/app:1")

    def test_a_header_may_have_several_challenges(self) -> None:
        assert parse_challenges(
            'Basic realm="a, b=c", Bearer realm="https://x/t",service=s,scope="repository:a:pull,push"'
        ) == [
            Challenge("basic", {"realm": "a, b=c"}),
            Challenge("bearer", {"realm": "https://x/t", "service": "s", "scope": "repository:a:pull,push"}),
        ]
        assert parse_challenges("") == []
        assert parse_challenges("Negotiate") == [Challenge("negotiate", {})]


class TestCredentials:
    HUB = parse_name("alpine")
    OWN = parse_name("registry.example.org/team/app")

    @pytest.mark.parametrize("key", ["https://index.docker.io/v1/", "index.docker.io", "docker.io"])
    def test_docker_hub_has_names_of_its_own(self, tmp_path: Path, key: str) -> None:
        log_in(tmp_path, key, **PASSWORD)
        assert credentials_for(self.HUB) == Credentials("user", "secret")
        assert credentials_for(self.OWN) is None

    @pytest.mark.parametrize(
        "key", ["registry.example.org", "https://registry.example.org", "https://registry.example.org/v2/"]
    )
    def test_a_registry_may_be_written_with_its_scheme(self, tmp_path: Path, key: str) -> None:
        log_in(tmp_path, key, **PASSWORD)
        assert credentials_for(self.OWN) == Credentials("user", "secret")

    def helper(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, **config: object) -> None:
        (tmp_path / "bin").mkdir()
        program = tmp_path / "bin" / "docker-credential-fake"
        program.write_text(f"#!/bin/sh\nread name\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker" / "config.json").write_text(json.dumps(config))

    def test_a_helper_is_asked_by_its_standard_input(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = """printf '{"Username":"of %s","Secret":"s"}' "$name" """
        self.helper(tmp_path, monkeypatch, answer, credsStore="fake")
        assert credentials_for(self.HUB) == Credentials("of https://index.docker.io/v1/", "s")
        assert credentials_for(self.OWN) == Credentials("of registry.example.org", "s")

    def test_a_helper_for_one_registry_is_asked_for_that_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = """printf '{"Username":"<token>","Secret":"identity"}'"""
        self.helper(tmp_path, monkeypatch, answer, credHelpers={"registry.example.org": "fake"})
        assert credentials_for(self.OWN) == Credentials(identity_token="identity")
        assert credentials_for(self.HUB) is None

    def test_a_helper_that_knows_nothing_leaves_it_to_what_is_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script = "echo credentials not found in native keychain; exit 1"
        self.helper(tmp_path, monkeypatch, script, credsStore="fake", auths={"registry.example.org": PASSWORD})
        assert credentials_for(self.OWN) == Credentials("user", "secret")

    @pytest.mark.parametrize(
        ("script", "said"),
        [
            ("echo locked; exit 1", "docker-credential-fake failed: locked"),
            ("""echo '{"Username":"u","Secret":"s3cret"}'; exit 1""", "docker-credential-fake failed$"),
            ("""echo '{"Username":"u","Secret":"\\ud800"}'""", "answered with what is no text"),
            ("echo no", "answered something else than JSON"),
            ("echo s3cret", "answered something else than JSON$"),
        ],
    )
    def test_a_helper_that_fails_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str) -> None:
        self.helper(tmp_path, monkeypatch, script, credsStore="fake")
        with pytest.raises(SourceError, match=said):
            credentials_for(self.OWN)

    @pytest.mark.parametrize("helper", ["../evil", "a/b", "/bin/sh", "a b", "a\n", "missing-one"])
    def test_a_helper_that_is_none_is_not_run(self, tmp_path: Path, helper: str) -> None:
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker" / "config.json").write_text(json.dumps({"credsStore": helper}))
        with pytest.raises(SourceError, match=r"is no name of a credential helper|cannot be run"):
            credentials_for(self.OWN)

    def test_podman_files_are_read_and_the_most_specific_path_counts(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def written(user: str) -> dict[str, str]:
            return {"auth": base64.b64encode(f"{user}:p".encode()).decode()}

        auths = {"registry.example.org": written("all"), "registry.example.org/team": written("team")}
        (tmp_path / "auth.json").write_text(json.dumps({"auths": auths}))
        monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "auth.json"))
        assert credentials_for(self.OWN) == Credentials("team", "p")
        assert credentials_for(parse_name("registry.example.org/other")) == Credentials("all", "p")

    @pytest.mark.parametrize(
        "content", ["", "[]", '{"auths": 3}', '{"auths": {"registry.example.org": {"auth": "?"}}}', "[" * 99999]
    )
    def test_files_that_say_nothing_are_nobody(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker" / "config.json").write_text(content)
        assert credentials_for(self.OWN) is None
