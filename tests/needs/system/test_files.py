"""What programs read of the system whatever their language is."""

from pathlib import Path

from layerscope.needs.model import Runtime
from tests.support.archives import link
from tests.support.programs import GLIBC_LOADER, MUSL_LOADER, Row, analysis_of, elf, go_program

TLS_CLIENT: list[Row] = [
    ("fetch", elf(interpreter=MUSL_LOADER, needed=["libssl.so.3"])),
    ("lib/ld-musl-x86_64.so.1", elf(soname="libc.musl-x86_64.so.1")),
    ("usr/lib/libssl.so.3", elf(soname="libssl.so.3")),
]


def certificates(runtime: Runtime) -> set[str]:
    return {path.decode() for need in runtime.needs if need.role == "certificates" for path in need.asked}


def test_a_tls_library_has_its_bundle_by_the_name_that_openssl_opens_on_alpine(tmp_path: Path) -> None:
    bundle: list[Row] = [
        ("etc/ssl/certs/ca-certificates.crt", b"bundle"),
        link("etc/ssl/cert.pem", "certs/ca-certificates.crt"),
    ]
    runtime = analysis_of(tmp_path, [[*TLS_CLIENT, *bundle]], Cmd=["/fetch"]).runtime
    assert certificates(runtime) == {"etc/ssl/certs/ca-certificates.crt", "etc/ssl/cert.pem"}
    assert "etc/ssl/cert.pem" in {need.path.decode() for need in runtime.needs if need.role == "link"}


def test_the_first_bundle_that_a_distribution_has_is_taken(tmp_path: Path) -> None:
    bundles: list[Row] = [("etc/pki/tls/certs/ca-bundle.crt", b"bundle"), ("etc/pki/tls/cacert.pem", b"bundle")]
    runtime = analysis_of(tmp_path, [[*TLS_CLIENT, *bundles]], Cmd=["/fetch"]).runtime
    assert certificates(runtime) == {"etc/pki/tls/certs/ca-bundle.crt"}


def test_a_go_program_takes_the_bundle_alone(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("server", go_program("crypto/x509.loadSystemRoots")),
        ("etc/ssl/certs/ca-certificates.crt", b"bundle"),
        ("etc/ssl/cert.pem", b"bundle"),
    ]
    assert certificates(analysis_of(tmp_path, [rows], Cmd=["/server"]).runtime) == {"etc/ssl/certs/ca-certificates.crt"}


def test_a_program_without_tls_needs_no_certificates(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("server", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
        ("etc/ssl/certs/ca-certificates.crt", b"bundle"),
    ]
    assert certificates(analysis_of(tmp_path, [rows], Cmd=["/server"]).runtime) == set()
