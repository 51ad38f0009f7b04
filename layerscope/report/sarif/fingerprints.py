"""Fingerprints by which a code host knows a result again in the next run."""

import hashlib
from collections.abc import Iterable


def fingerprint(*parts: str) -> str:
    """The same for the same parts, on every machine and in every run; 32 hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def unique(fingerprints: Iterable[tuple[str, ...]]) -> list[str]:
    """A fingerprint for each tuple of parts; those of equal tuples are told apart by their order."""
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for parts in fingerprints:
        seen[parts] = seen.get(parts, 0) + 1
        found.append(fingerprint(*parts, *([str(seen[parts])] if seen[parts] > 1 else [])))
    return found
