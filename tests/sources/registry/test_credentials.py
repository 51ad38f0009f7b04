"""Who the user is for a registry: docker's files and helpers, then those of podman."""

import base64
import json
from pathlib import Path

import pytest

from layerscope.core.errors import SourceError
from layerscope.sources.registry.credentials import Credentials, credentials_for
from layerscope.sources.registry.names import parse_name
from tests.support.registry import PASSWORD, log_in

DIGEST = "sha256:" + "0" * 64


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
            ("""echo '{"Username":"u","Secret":"\\ud800"}'""", "answered with invalid text"),
            ("echo no", "did not answer with JSON"),
            ("echo s3cret", "did not answer with JSON$"),
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
        with pytest.raises(SourceError, match=r"is not the name of a credential helper|cannot be run"):
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
