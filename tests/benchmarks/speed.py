"""How fast it is, beside the bound of the same run on the same image. Prints; asserts nothing.

    python -m tests.benchmarks.speed [DOCKER_ARCHIVE] [--before PYTHON]

With ``--before``, the interpreter of an environment that has an earlier layerscope, the same command of that one is the bound:
old and new in one run.

The image is a docker-archive; without one, ``docker save`` of the guide's Go service from a local engine. Whole processes are
timed (start to end, the median of five after a warm-up), with the peak memory that the system accounts to them. "First look"
has no cache of layer indexes, "again" has the one that the warm-up left.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5

BEFORE: list[str] = []
"""The interpreter of an earlier layerscope, if one was given."""

HEADER_WALK = """
import sys, mmap, tarfile
outer = tarfile.open(sys.argv[1])
layers = [member for member in outer if member.isreg() and (member.name.endswith("layer.tar") or member.size > 1 << 20)]
with open(sys.argv[1], "rb") as file:
    view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    entries = 0
    for layer in layers:
        position, end = layer.offset_data, layer.offset_data + layer.size
        while position + 512 <= end and view[position]:
            position += 512 + (int(view[position + 124 : position + 135], 8) + 511 & ~511)
            entries += 1
print(entries)
"""

INFLATE = """
import sys, mmap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
def inflate(path):
    with path.open("rb") as file:
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    gzip = view[:2] == b"\\x1f\\x8b"
    if gzip:
        from isal import igzip_lib
        stream = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    else:
        try:
            from compression import zstd
        except ImportError:
            from backports import zstd
        stream = zstd.ZstdDecompressor()
    position = out = 0
    while not stream.eof:
        data = view[position : position + 262144] if stream.needs_input else b""
        position += len(data)
        out += len(stream.decompress(data, 1048576))
    return out
blobs = sorted((path for path in Path(sys.argv[1], "blobs", "sha256").iterdir() if path.stat().st_size > 4096),
               key=lambda path: -path.stat().st_size)
with ThreadPoolExecutor(2) as pool:
    print(sum(pool.map(inflate, blobs)))
"""


def timed(command: list[str], cache: str) -> tuple[float, float]:
    """Wall seconds and peak memory (MB) of a whole process; ``cache`` is the directory of layer indexes."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "LAYERSCOPE_CACHE": cache}
    before = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def row(work: str, ours: list[str], bound: list[str] | None, target: str, runs: int = RUNS, cache: str = "off") -> None:
    """One line: ours, the bound, their ratio. The two take turns, so that a machine that becomes slower does so for both."""
    bound_cache = "off"
    if BEFORE:
        bound, bound_cache, target = [BEFORE[0], *ours[1:]], cache.replace("indexes", "indexes-before"), "bound: before"
    seconds, limits, peak = [], [], 0.0
    for number in range(runs + 1):
        taken, memory = timed(ours, cache)
        limit, _ = timed(bound, bound_cache) if bound else (0.0, 0.0)
        peak = max(peak, memory)
        if number:
            seconds.append(taken)
            limits.append(limit)
    line = f"{work:<44} {statistics.median(seconds):7.3f} s {peak:6.0f} MB"
    if bound:
        limit = statistics.median(limits)
        line += f"   bound {limit:7.3f} s   ratio {statistics.median(seconds) / limit:5.2f}"
    print(f"{line:<100} {target}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", type=Path)
    parser.add_argument("--image", default="layerscope-test/go-app:single", help="what to save when no archive is given")
    parser.add_argument("--before", help="the interpreter of an earlier layerscope, whose times are the bound")
    options = parser.parse_args()
    BEFORE.extend([options.before] if options.before else [])
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        archive = options.archive or directory / "image.tar"
        if not options.archive:
            subprocess.run(["docker", "save", "-o", archive, options.image], check=True)
        python, app = sys.executable, [sys.executable, "-P", "-m", "layerscope"]
        row("layerscope --version", [*app, "--version"], [python, "-c", ""], "≤ 0.1 s; bound: the interpreter alone")
        report = ["--format", "json"]
        known = str(directory / "indexes")
        fat = [*app, "report", f"docker-archive:{archive}", *report]
        walk = [python, "-c", HEADER_WALK, str(archive)]
        row("docker-archive, uncompressed, first look", fat, walk, "≤ 120 MB; bound: header walk")
        time.sleep(2)  # a file that changed just now is not remembered
        row("docker-archive, uncompressed, again", fat, walk, "≤ 0.35 s", cache=known)
        if shutil.which("skopeo"):
            for kind, most in (("gzip", "≤ 1.4 × bound, "), ("zstd", "")):
                layout = directory / kind
                copy = ["skopeo", "copy", "-q", "--dest-compress-format", kind, f"docker-archive:{archive}", f"oci:{layout}:x"]
                subprocess.run(copy, check=True)
                inflate = [python, "-c", INFLATE, str(layout)]
                packed = [*app, "report", f"oci:{layout}", *report]
                target = f"{most}≤ 120 MB; bound: inflate, 2 threads"
                row(f"OCI layout, {kind}, first look", packed, inflate, target)
                row(f"OCI layout, {kind}, again", packed, None, "≤ 0.25 s", cache=known)
        if not options.archive and shutil.which("docker"):
            row(
                "engine",
                [*app, "report", f"docker-daemon:{options.image}", *report],
                ["docker", "save", options.image],
                "≤ 1.05 × bound; bound: docker save to nowhere",
                runs=3,
            )


if __name__ == "__main__":
    main()
