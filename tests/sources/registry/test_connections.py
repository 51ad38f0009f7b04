"""The proxies of the environment: used for TLS to other machines, and for nothing else."""

import ssl
import sys
from pathlib import Path

import pytest

from layerscope.core.errors import SourceError
from layerscope.sources import open_image
from tests.support.proxies import proxying
from tests.support.registry import PASSWORD, FakeRegistry, add_image, log_in, served


def test_a_registry_behind_a_proxy_is_asked_by_tls_and_the_proxy_sees_no_credential(
    tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxying() as proxy, served(FakeRegistry(wants="bearer"), name="registry.test", tls=tls) as registry:
        add_image(registry)
        log_in(tmp_path, registry.host, **PASSWORD)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert open_image(f"docker://{registry.host}/app:1").problems == ()
        assert {head.split()[0] for head in proxy.requests} == {b"CONNECT"}
        assert not any(secret in proxy.seen for secret in (b"Authorization", b"dXNlcjpzZWNyZXQ=", b"for-pulling"))


def test_a_registry_behind_a_proxy_leads_nowhere_near_the_proxy(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxying() as proxy, served(FakeRegistry(), name="registry.test", tls=tls) as registry:
        add_image(registry)
        registry.elsewhere = f"https://127.1:{registry.host.rpartition(':')[2]}"
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(SourceError, match="which is a number and not an address"):
            open_image(f"docker://{registry.host}/app:1")
        assert not any(b"127.1" in head for head in proxy.requests)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_registry_on_this_machine_is_asked_without_a_proxy(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxying() as proxy, served(FakeRegistry(wants="basic")) as registry:
        add_image(registry)
        log_in(tmp_path, registry.host, **PASSWORD)
        monkeypatch.setenv(variable, proxy.url)
        assert open_image(f"docker://{registry.host}/app:1").problems == ()
        assert proxy.requests == []


@pytest.mark.parametrize("proxy", ["socks5://user:password@127.0.0.1:9", "ftp://user:password@127.0.0.1:9"])
def test_a_proxy_of_another_kind_is_one_line_without_its_password(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SourceError, match="the proxy of the environment cannot be used") as error:
        open_image("docker://registry.test/app:1")
    assert "password" not in error.value.line()
