"""Links, hard links, empty directories and capabilities in the image that is built, path by path as they are in the fat one."""

import io
import subprocess
import tarfile

import pytest

from layerscope.analysis import analyze
from layerscope.sources import open_image
from tests.engine.conftest import DOCKER, Engine

pytestmark = pytest.mark.engine

FAT = r"""FROM python:3.11-slim
WORKDIR /app
RUN mkdir -p releases/1 /var/lib/app && cp /bin/sleep releases/1/server && ln -s releases/1 current && \
    echo data > a && ln a b && ln -s ../app/a name && chown 5:6 a && mkdir -m 1777 /spool && \
    mkdir -m 0700 /var/lib/app/state && \
    chown 7:8 /var/lib/app/state && python3 -c 'import os; os.setxattr("releases/1/server", "security.capability", \
    bytes.fromhex("0100000200040000000000000000000000000000"))'
CMD ["/app/current/server", "1000"]
"""
CROSSING = {
    "app/current": "link",
    "app/releases/1/server": "file",
    "app/a": "file",
    "app/b": "file",
    "app/name": "link",
    "spool": "directory",
    "var/lib/app/state": "directory",
}


def exported(image: str) -> dict[str, tarfile.TarInfo]:
    """All entries of an image's file system, as the engine exports them."""
    created = subprocess.run([DOCKER, "create", image, "true"], capture_output=True, text=True, check=True).stdout.strip()
    content = subprocess.run([DOCKER, "export", created], capture_output=True, check=True).stdout
    subprocess.run([DOCKER, "rm", created], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {member.name.rstrip("/"): member for member in tar}


def shown(member: tarfile.TarInfo) -> tuple[object, ...]:
    kind = "directory" if member.isdir() else "link" if member.issym() else "file"
    capability = member.pax_headers.get("SCHILY.xattr.security.capability", "")
    return kind, oct(member.mode), member.uid, member.gid, member.linkname if member.issym() else "", capability


@pytest.mark.parametrize("buildkit", [True, False], ids=["BuildKit", "classic"])
def test_what_crosses_is_what_it_was(engine: Engine, buildkit: bool) -> None:
    fat = engine.build_text("delivery:fat", FAT)
    plan = analyze(open_image(f"docker-daemon:{fat}")).recommendation
    assert plan.dockerfile
    lean = engine.build_text("delivery:lean", plan.dockerfile, buildkit=buildkit)
    was, now = exported(fat), exported(lean)
    assert {path: shown(now[path])[0] for path in CROSSING} == CROSSING
    assert {path: shown(now[path]) for path in CROSSING} == {path: shown(was[path]) for path in CROSSING}
    assert now["app/a"].islnk() or now["app/b"].islnk()
    assert engine.size(lean) == pytest.approx(plan.predicted_size, rel=0.01)
