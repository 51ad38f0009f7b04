"""What a Go program asks the system for, by the functions that its linker kept (see layers.elf.GO_NEEDLES)."""

from layerscope.core.names import path_bytes
from layerscope.core.vocabulary import Role
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Program, UnresolvedCode
from layerscope.needs.system import take_accounts, take_bundle

ZONE_DIRECTORIES = (b"usr/share/zoneinfo", b"usr/share/lib/zoneinfo", b"usr/lib/locale/TZ", b"etc/zoneinfo")
"""Where package time looks for zones (Go's zoneinfo_unix.go); $GOROOT/lib/time/zoneinfo.zip comes last."""

MIME_FILES = (
    b"usr/share/mime/globs2",
    b"etc/mime.types",
    b"etc/apache2/mime.types",
    b"etc/apache/mime.types",
    b"etc/httpd/conf/mime.types",
)
"""Where package mime looks for content types (Go's type_unix.go): the first alone, else all the others that are there."""

_USER_FUNCTIONS = ("os/user.Current", "os/user.Lookup", "os/user.LookupId", "os/user.LookupGroup")


def go_needs(ledger: Ledger, program: Program, environment: dict[str, str]) -> None:
    """Adds the files that the linked-in packages of a Go program read, where the image has them."""
    _certificates(ledger, program, environment)
    _zones(ledger, program, environment)
    _users(ledger, program)
    if "mime.TypeByExtension" in program.mentions:
        because = ledger.proof(program.entry, "content types: mime.TypeByExtension is linked into")
        if ledger.ask(MIME_FILES[0], Role.DATA, because) is None:
            for path in MIME_FILES[1:]:
                ledger.ask(path, Role.DATA, because)
    if "net.parseNSSConfFile" in program.mentions:
        because = ledger.proof(program.entry, "the order of name services: net.parseNSSConfFile is linked into")
        ledger.ask(b"etc/nsswitch.conf", Role.DATA, because)
    if "plugin.Open" in program.mentions:
        ledger.miss(program.path, "opens Go plugins (plugin.Open is linked in); which ones cannot be known")
    if "os.StartProcess" in program.mentions or "syscall.Exec" in program.mentions:
        what = "can start other programs (os/exec is linked in); which ones cannot be known"
        ledger.miss(program.path, what, UnresolvedCode.OTHER_PROGRAMS)


def _certificates(ledger: Ledger, program: Program, environment: dict[str, str]) -> None:
    if "crypto/x509.loadSystemRoots" not in program.mentions:
        return
    what = "certificate authorities: crypto/x509.loadSystemRoots is linked into"
    if "crypto/tls.Client" in program.mentions:
        what = "certificate authorities: crypto/tls.Client, which verifies servers by them, is linked into"
    because = ledger.proof(program.entry, what)
    named = environment.get("SSL_CERT_FILE", "")
    bundle = ledger.ask(path_bytes(named), Role.CERTIFICATES, because) if named else take_bundle(ledger, because)
    directories = environment.get("SSL_CERT_DIR", "") or "/etc/ssl/certs:/etc/pki/tls/certs"
    for directory in directories.split(":"):
        for entry in ledger.children(path_bytes(directory)):
            # links lead to what the bundle is made of; a file of its own was put there by somebody
            if entry != bundle and ledger.filesystem.kinds[entry] == Kind.REGULAR:
                ledger.add(entry, Role.CERTIFICATES, because)


def _zones(ledger: Ledger, program: Program, environment: dict[str, str]) -> None:
    if "time.LoadLocation" not in program.mentions:
        return
    because = ledger.proof(program.entry, "time zones: time.LoadLocation is linked into")
    if named := environment.get("ZONEINFO"):
        ledger.take_tree(path_bytes(named), Role.ZONEINFO, because)
    for directory in ZONE_DIRECTORIES:
        if ledger.take_tree(directory, Role.ZONEINFO, because):
            return
    if "time/tzdata.loadFromEmbeddedTZData" in program.mentions:
        return
    root = environment.get("GOROOT", "/usr/local/go")
    ledger.ask(path_bytes(f"{root}/lib/time/zoneinfo.zip"), Role.ZONEINFO, because)


def _users(ledger: Ledger, program: Program) -> None:
    linked = next((name for name in _USER_FUNCTIONS if name in program.mentions), "")
    if linked:
        because = ledger.proof(program.entry, f"users: {linked} is linked into")
        take_accounts(ledger, because)
