"""What a registry is asked, with which token, and what goes wrong on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from layerscope.analysis import analyze
from layerscope.core.errors import ImageError, NotInRegistry, SourceError
from layerscope.sources import open_image
from layerscope.sources.registry.challenges import Challenge, parse_challenges
from tests.support.archives import (
    INDEX_TYPE,
    oci_index,
)
from tests.support.registry import IDENTITY, PASSWORD, FakeRegistry, add_image, log_in, served

DIGEST = "sha256:" + "0" * 64


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with served(FakeRegistry()) as registry:
        add_image(registry)
        yield registry


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
