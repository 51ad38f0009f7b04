"""Where a registry may lead, as far as a URL and an address say it."""

import httpx
import pytest

from layerscope.sources.registry.origins import Place, address_refusal, is_local, origin_of, place_of, refusal


@pytest.mark.parametrize("host", ["localhost", "x.localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_this_machine_is_known_by_its_plain_names(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "[::ffff:127.0.0.1]", "::ffff:7f00:1"),
        *("localhost.", "localhost.example.org", "notlocalhost", "[::]", "127.0.0.1.nip.io", "192.168.0.1", ""),
    ],
)
def test_what_a_resolver_might_turn_into_it_is_not(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("8.8.8.8", Place.PUBLIC),
        ("2606:4700::1", Place.PUBLIC),
        ("10.0.0.1", Place.PRIVATE),
        ("100.100.100.200", Place.PRIVATE),
        ("fd00:ec2::254", Place.PRIVATE),
        ("127.0.0.53", Place.MACHINE),
        ("::1", Place.MACHINE),
        ("::ffff:127.0.0.1", Place.MACHINE),
        ("64:ff9b::7f00:1", Place.MACHINE),
        ("2002:7f00:1::", Place.MACHINE),
        ("169.254.169.254", Place.NOWHERE),
        ("::ffff:169.254.169.254", Place.NOWHERE),
        ("fe80::1%eth0", Place.NOWHERE),
        ("0.0.0.0", Place.NOWHERE),
        ("0.0.0.1", Place.NOWHERE),
        ("::", Place.NOWHERE),
        ("224.0.0.1", Place.NOWHERE),
        ("example.org", None),
    ],
)
def test_an_address_has_a_place_however_it_is_wrapped(address: str, place: Place | None) -> None:
    assert place_of(address) is place


@pytest.mark.parametrize(
    "url",
    [
        *("http://ghcr.io/token", "https://127.0.0.1/", "https://localhost:8080/", "https://169.254.169.254/latest"),
        *("https://[::1]/", "https://0.0.0.0/", "file:///etc/passwd", "https://", "https://x.localhost/", "https://10.0.0.1/"),
        *("https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0/", "https://localhost./", "/token", ""),
        *("https://[::ffff:127.0.0.1]/", "https://user@ghcr.io/", "https://ghcr.io:70000/", "http://127.0.0.1/"),
    ],
)
def test_a_registry_of_the_internet_leads_nobody_into_the_house(url: str) -> None:
    assert refusal(httpx.URL(url), plain=False, place=Place.PUBLIC)


@pytest.mark.parametrize(
    ("url", "plain", "place"),
    [
        ("https://production.cloudflare.docker.com/blob?x", False, Place.PUBLIC),
        ("https://10.0.0.1:9000/blob", False, Place.PRIVATE),
        ("https://10.0.0.1:9000/blob", True, Place.MACHINE),
        ("https://[2606:4700::1]/blob", False, Place.PUBLIC),
        ("http://127.0.0.1:9000/blob", True, Place.MACHINE),
        ("https://127.0.0.1:9000/blob", False, Place.MACHINE),
    ],
)
def test_other_places_are_where_registries_keep_their_blobs(url: str, plain: bool, place: Place) -> None:
    assert refusal(httpx.URL(url), plain=plain, place=place) == ""


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/blob", "http://10.0.0.1/", "http://ghcr.io/"])
def test_tls_is_left_for_nothing(url: str) -> None:
    assert refusal(httpx.URL(url), plain=False, place=Place.MACHINE) == "by plain HTTP"


@pytest.mark.parametrize(
    ("address", "host", "refused"),
    [
        ("127.0.0.1", "blobs.example.org", True),
        ("169.254.169.254", "blobs.example.org", True),
        ("10.0.0.1", "blobs.example.org", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("8.8.8.8", "blobs.example.org", False),
    ],
)
def test_what_a_name_leads_to_counts_once_it_is_connected(address: str, host: str, refused: bool) -> None:
    assert bool(address_refusal(address, host, Place.PUBLIC)) is refused


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of(httpx.URL("https://GHCR.io/v2/")) == origin_of(httpx.URL("https://ghcr.io:443/x"))
    others = ("http://ghcr.io/", "https://ghcr.io:444/", "https://x.ghcr.io/", "https://ghcr.io.evil.test/")
    assert not {origin_of(httpx.URL(other)) for other in others} & {origin_of(httpx.URL("https://ghcr.io/"))}
    assert str(origin_of(httpx.URL("https://[::1]:5000/x"))) == "https://[::1]:5000"
