"""Programs in a zip archive that the interpreter runs (zipapp, shiv, pex): the sources inside."""

import io
import zipfile

from layerscope.layers.jars import damaged_archive

_MOST_MEMBERS = 20_000
_MOST_BYTES = 256 * 1024 * 1024
_NATIVE = (".so", ".pyd", ".dylib")
_MARK = b"PK\x03\x04"
_LOOKED_AT = 4096


def is_archive(content: bytes) -> bool:
    """Whether a program is a zip archive, perhaps behind a line that names its interpreter."""
    return _MARK in content[:_LOOKED_AT]


def sources_in(content: bytes) -> list[bytes] | None:
    """The Python sources in an archive; None where it cannot be read, or has native code, whose libraries are not known."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if _is_large(archive) or any(map(_is_native, names)):
                return None
            return [archive.read(name) for name in names if name.endswith(".py")]
    except damaged_archive():
        return None


def _is_large(archive: zipfile.ZipFile) -> bool:
    members = archive.infolist()
    return len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_BYTES


def _is_native(name: str) -> bool:
    return name.endswith(_NATIVE) or ".so." in name
