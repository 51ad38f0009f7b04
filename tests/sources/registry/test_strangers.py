"""Who a registry leads to is a stranger: no credential, token or cookie gets there, whatever it answers (CVE-2020-15157)."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle, product
from pathlib import Path
from typing import NamedTuple

import pytest

from layerscope.core.errors import ImageError, LayerscopeError, NotInRegistry, SourceError
from layerscope.sources import open_image
from tests.support.archives import INDEX_TYPE, MANIFEST_TYPE, oci_index
from tests.support.registry import IDENTITY, PASSWORD, FakeRegistry, add_image, log_in, served

STRANGERS = {
    "another port": ("registry.test", "127.0.0.1"),
    "another host": ("stranger.test", "127.0.0.2"),
    "a sub-domain": ("sub.registry.test", "127.0.0.2"),
    "an address": ("127.0.0.1", "127.0.0.1"),
}
LOGINS = {"a password": PASSWORD, "an identity token": IDENTITY}
SECRETS = ("dXNlcjpzZWNyZXQ=", "secret", "refresh-me", "for-pulling", "from-identity")


@pytest.fixture
def registry(tls: ssl.SSLContext) -> Iterator[FakeRegistry]:
    with served(FakeRegistry(), name="registry.test", tls=tls) as registry:
        add_image(registry)
        yield registry


@contextmanager
def a_stranger(tls: ssl.SSLContext, where: str = "another host") -> Iterator[FakeRegistry]:
    """Has the same image, and wants to know who asks."""
    name, address = STRANGERS[where]
    with served(FakeRegistry(wants="bearer"), name=name, address=address, tls=tls) as stranger:
        add_image(stranger)
        yield stranger


def secrets_seen(server: FakeRegistry) -> list[str]:
    """What of the user's a server got to know, in any header, path or form."""
    seen = json.dumps(server.requests)
    return [secret for secret in SECRETS if secret in seen]


class Attack(NamedTuple):
    """Where a stranger is, for which part of the image a registry redirects there, what it answers, and what the registry
    itself wants to know ("" for nothing) of a user with which login."""

    where: str
    part: str
    status: int
    challenge: str
    wants: str
    login: str


ATTACKS = [
    Attack(where, part, status, challenge, wants, "a password")
    for where in STRANGERS
    for (part, status), (challenge, wants) in zip(
        cycle(product(("manifests", "blobs"), (401, 403))), product(("bearer", "basic"), ("", "bearer", "basic"))
    )
] + [Attack(where, "blobs", 401, "bearer", "bearer", "an identity token") for where in STRANGERS]
"""Every stranger with every pair of what it and the registry want to know; what they answer with takes turns."""


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: "-".join(map(str, attack)))
def test_no_credential_follows_a_redirect_nor_answers_what_is_asked_there(
    attack: Attack, registry: FakeRegistry, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    log_in(tmp_path, registry.host, **LOGINS[attack.login])
    with a_stranger(tls, attack.where) as stranger:
        registry.wants, stranger.wants, stranger.refuses = attack.wants, attack.challenge, attack.status
        registry.redirects[attack.part] = stranger.url + "{path}"
        with suppress(LayerscopeError):
            open_image(f"docker://{registry.host}/app:1")
        assert stranger.asked(attack.part)
        assert secrets_seen(stranger) == []


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("where", STRANGERS)
def test_a_token_server_that_redirects_leads_nobody_on(
    where: str, login: str, registry: FakeRegistry, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    log_in(tmp_path, registry.host, **LOGINS[login])
    with a_stranger(tls, where) as stranger:
        registry.wants, registry.redirects["token"] = "bearer", f"{stranger.url}/token"
        if login == "a password":
            with pytest.raises(SourceError, match=r"registry\.test gives no token; it answered 307"):
                open_image(f"docker://{registry.host}/app:1")
        assert stranger.requests == []


@pytest.mark.parametrize("login", LOGINS)
def test_the_token_server_that_the_registry_itself_names_is_no_stranger(
    login: str, registry: FakeRegistry, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    log_in(tmp_path, registry.host, **LOGINS[login])
    with a_stranger(tls) as tokens:
        registry.wants, registry.realm = "bearer", f"{tokens.url}/token"
        assert open_image(f"docker://{registry.host}/app:1").problems == ()
        assert {path.partition("?")[0] for path, _ in tokens.requests} == {"/token"}
        assert not any("for-pulling" in json.dumps(headers) for headers in tokens.asked(""))


def test_a_token_server_by_plain_http_is_asked_nothing(registry: FakeRegistry, tmp_path: Path) -> None:
    log_in(tmp_path, registry.host, **PASSWORD)
    with served(FakeRegistry()) as tokens:
        registry.wants, registry.realm = "bearer", f"{tokens.url}/token"
        with pytest.raises(SourceError, match="by plain HTTP: nothing is sent there"):
            open_image(f"docker://{registry.host}/app:1")
        assert tokens.requests == []


def test_who_was_sent_to_a_stranger_comes_back_as_nobody(registry: FakeRegistry, tls: ssl.SSLContext, tmp_path: Path) -> None:
    log_in(tmp_path, registry.host, **PASSWORD)
    with a_stranger(tls) as stranger:
        registry.wants = "bearer"
        stranger.wants, stranger.redirects["blobs"] = "", f"{registry.url}/v2/secret/blobs/x"
        registry.elsewhere = stranger.url
        with suppress(LayerscopeError):
            open_image(f"docker://{registry.host}/app:1")
        back = registry.asked("/v2/secret/")
        assert back
        assert not any("Authorization" in headers for headers in back)


def test_no_cookie_is_kept(registry: FakeRegistry, tls: ssl.SSLContext, tmp_path: Path) -> None:
    log_in(tmp_path, registry.host, **PASSWORD)
    with a_stranger(tls, "another port") as stranger:
        registry.wants, registry.elsewhere, stranger.wants = "bearer", stranger.url, ""
        assert open_image(f"docker://{registry.host}/app:1").problems == ()
        assert stranger.requests
        assert not any("Cookie" in headers for server in (registry, stranger) for headers in server.asked(""))


def test_tls_is_not_left_for_plain_http(registry: FakeRegistry) -> None:
    with served(FakeRegistry()) as plain:
        add_image(plain)
        registry.elsewhere = plain.url
        with pytest.raises(SourceError, match=r"leads to http://127.0.0.1:[0-9]+, by plain HTTP: nothing is sent there"):
            open_image(f"docker://{registry.host}/app:1")
        assert plain.requests == []


def test_a_local_registry_with_tls_is_never_asked_without(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with served(FakeRegistry(), tls=tls) as registry, pytest.raises(SourceError, match="CERTIFICATE_VERIFY_FAILED") as error:
        open_image(f"docker://{registry.host}/app:1")
    assert error.value.hint == "where its authority is your own, name its certificate in SSL_CERT_FILE"


def test_a_file_of_authorities_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    with pytest.raises(SourceError, match=r"no certificate authorities can be read in /nowhere\.pem"):
        open_image("docker://registry.test/app:1")


class TestPlainRegistries:
    """Plain HTTP, which only this machine speaks."""

    @pytest.fixture
    def plain(self, tmp_path: Path) -> Iterator[FakeRegistry]:
        with served(FakeRegistry(wants="basic")) as registry:
            add_image(registry)
            log_in(tmp_path, registry.host, **PASSWORD)
            yield registry

    @pytest.mark.parametrize("wants", ["", "basic", "bearer"])
    @pytest.mark.parametrize("part", ["manifests", "blobs"])
    def test_a_relative_redirect_stays_in_the_registry(self, plain: FakeRegistry, part: str, wants: str) -> None:
        plain.wants = wants
        plain.redirects[part] = "/v2/stored{path}"
        assert open_image(f"docker://{plain.host}/app:1").problems == ()
        assert plain.asked("/v2/stored/")
        assert all("Authorization" in headers for headers in plain.asked("/v2/stored/")) == bool(wants)

    @pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "0", "[::ffff:7f00:1]"])
    def test_another_way_to_write_this_machine_gets_no_plain_http(self, plain: FakeRegistry, host: str) -> None:
        with pytest.raises(SourceError, match="cannot be reached"):
            open_image(f"docker://{host}:{plain.host.rpartition(':')[2]}/app:1")
        assert plain.requests == []

    def test_who_needs_tls_is_told_so(self, plain: FakeRegistry) -> None:
        with pytest.raises(SourceError) as error:
            open_image(f"docker://127.1:{plain.host.rpartition(':')[2]}/app:1")
        assert error.value.hint == "plain HTTP is spoken to this machine alone, as localhost or 127.0.0.1"

    @pytest.mark.parametrize("host", ["localhost", "elsewhere.localhost"])
    def test_a_local_name_that_leads_to_another_machine_gets_no_plain_http(
        self, plain: FakeRegistry, host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with far_away(monkeypatch, "127.0.0.1"), pytest.raises(SourceError, match="and that is another machine"):
            open_image(f"docker://{host}:{plain.host.rpartition(':')[2]}/app:1")
        assert plain.requests == []

    def test_it_may_redirect_to_another_port_of_this_machine_without_credentials(self, plain: FakeRegistry) -> None:
        with served(FakeRegistry(dict(plain.content))) as store:
            plain.elsewhere = store.url
            assert open_image(f"docker://{plain.host}/app:1").problems == ()
            assert secrets_seen(store) == []


@contextmanager
def far_away(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> Iterator[None]:
    """As if the addresses were somewhere in the internet."""
    from layerscope.sources.registry import connections, origins

    def place(address: str) -> origins.Place | None:
        return origins.Place.PUBLIC if address in addresses else origins.place_of(address)

    with monkeypatch.context() as patch:
        patch.setattr(connections, "place_of", place)
        yield


@pytest.mark.parametrize(
    "host", ["stranger.test", "127.0.0.2", "127.2", "2130706434", "0x7f.2", "localhost", "localhost.", "[::1]"]
)
def test_a_registry_of_the_internet_does_not_lead_to_this_machine(
    host: str, registry: FakeRegistry, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with far_away(monkeypatch, "127.0.0.1"), a_stranger(tls) as stranger:
        registry.elsewhere = f"https://{host}:{stranger.host.rpartition(':')[2]}"
        with pytest.raises(SourceError, match=r"which is this machine|which is a number and not an address"):
            open_image(f"docker://{registry.host}/app:1")
        assert stranger.requests == []


def test_a_stranger_of_the_internet_does_not_lead_back_to_what_a_local_registry_may_reach(
    registry: FakeRegistry, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with far_away(monkeypatch, "127.0.0.2"), a_stranger(tls) as stranger, a_stranger(tls, "another port") as store:
        registry.redirects["manifests"], store.wants = store.url + "{path}", ""
        registry.redirects["blobs"], stranger.wants = stranger.url + "{path}", ""
        stranger.redirects["blobs"] = store.url + "{path}"
        with pytest.raises(SourceError, match="which is this machine"):
            open_image(f"docker://{registry.host}/app:1")
        assert (len(store.asked("/manifests/")), store.asked("/blobs/")) == (1, [])


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://user:password@stranger.test/", "with a user in the URL"),
        ("https://user:password@registry.test/", "with a user in the URL"),
        ("https://169.254.169.254/latest/meta-data", "where no registry keeps anything"),
        ("https://[::ffff:169.254.169.254]/latest", "where no registry keeps anything"),
        ("https://stranger.test:99999/", "which has no such port"),
        ("file:///etc/passwd", "which is not a web address"),
        (f"https://{'a' * 70}.test/", "cannot be reached"),
        ("https://[x", "cannot be reached"),
        ("https://\u00a0.test/", "cannot be reached"),
    ],
)
def test_a_location_that_is_none_is_one_line(location: str, said: str, registry: FakeRegistry) -> None:
    registry.redirects["blobs"] = location
    with pytest.raises(SourceError, match=said) as error:
        open_image(f"docker://{registry.host}/app:1")
    assert "password" not in error.value.line()


class TestMessages:
    """Errors repeat what others say, and nothing that was secret."""

    @pytest.mark.parametrize(("wants", "auth"), [("basic", "b3RoZXI6c2VjcmV0"), ("bearer", PASSWORD["auth"])])
    def test_a_registry_that_repeats_what_it_was_sent(
        self, wants: str, auth: str, registry: FakeRegistry, tmp_path: Path
    ) -> None:
        log_in(tmp_path, registry.host, auth=auth)
        registry.wants, registry.words, registry.token = wants, "you said {said}, secret", "unknown-token"
        with pytest.raises(NotInRegistry, match=r"you said (Bearer )?\*\*\*, \*\*\*") as error:
            open_image(f"docker://{registry.host}/app:1")
        assert not any(word in error.value.line() for word in (*SECRETS, auth, "unknown-token"))

    def test_a_token_that_is_no_header(self, registry: FakeRegistry, tmp_path: Path) -> None:
        log_in(tmp_path, registry.host, **PASSWORD)
        registry.wants, registry.token = "bearer", "strange-token "
        with pytest.raises(SourceError, match="answered without a token") as error:
            open_image(f"docker://{registry.host}/app:1")
        assert "strange-token" not in error.value.line()

    def test_a_token_without_end(self, registry: FakeRegistry) -> None:
        registry.wants, registry.anonymous, registry.token = "bearer", True, "x" * (2 << 20)
        with pytest.raises(ImageError, match=r"a token .* more than the limit of 1,048,576"):
            open_image(f"docker://{registry.host}/app:1")

    @pytest.mark.parametrize("reference", ["docker://user:secret@registry.test/app:1", "user:secret@registry.test/app"])
    def test_a_password_in_the_name_of_an_image(self, reference: str) -> None:
        with pytest.raises(LayerscopeError, match="no place for a user and password") as error:
            open_image(reference)
        assert "secret" not in error.value.line()


def test_an_index_does_not_lead_to_other_parts_of_the_registry(registry: FakeRegistry, tmp_path: Path) -> None:
    """CVE-2024-3727: a digest that is a path, asked for with the user's credentials."""
    log_in(tmp_path, registry.host, **PASSWORD)
    registry.wants = "bearer"
    child = {"mediaType": MANIFEST_TYPE, "digest": "../../private/manifests/1", "size": 2}
    registry.add(oci_index(child, {**child, "mediaType": INDEX_TYPE}), tag="index")
    with pytest.raises(ImageError):
        open_image(f"docker://{registry.host}/app:index")
    assert registry.asked("private") == []
