"""Makes small package databases with a real rpm, in each of its formats, and asks rpm itself what is in them.

    python -m tests.support.make_rpm_databases [--programs DIRECTORY]

It writes tests/attribution/rpm_databases.json, so that the tests need no rpm. ``--programs`` has an rpm and an rpmbuild that
write all three formats: 4.16 is the last release that does; Debian's writes SQLite only. A Berkeley database of the other byte
order and another page size is loaded with Berkeley DB's own db_load (Debian's package db-util) from the headers that rpm wrote.
"""

import argparse
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Literal

from tests.support.rpm_databases import FILES, Told, write_real_databases

BACKENDS = {"sqlite": "sqlite", "ndb": "ndb", "berkeley": "bdb"}
"""What rpm calls the formats."""

SAMPLE = """\
Name: sample
Epoch: 1
Version: 2.5~rc1
Release: 3.el9
Summary: Paths and names of every kind
License: MIT
BuildArch: noarch
%description
%package libs
Summary: Of the same source, with many files in many directories
%description libs
%package meta
Version: 7
Epoch: 0
Summary: Without any file
%description meta
%package erased
Summary: Installed and then erased, which leaves a hole
%description erased
%install
cd %{buildroot}
mkdir -p bin usr/bin usr/share/doc/sample var/log usr/lib/sample usr/lib/erased etc
echo same | tee bin/old in-root usr/bin/sample "usr/bin/s\u00e4mple tool" usr/share/doc/sample/README etc/sample.conf >/dev/null
ln -s usr/bin sbin
for file in $(seq 60); do echo same > usr/lib/erased/a-file-that-is-soon-erased-$file; done
for directory in $(seq 8); do
  mkdir usr/lib/sample/part-$directory
  for file in $(seq 12); do echo same > usr/lib/sample/part-$directory/file-$file.so; done
done
%files
%dir /
/bin/old
/in-root
/sbin
/usr/bin/sample
"/usr/bin/s\u00e4mple tool"
%config /etc/sample.conf
%doc /usr/share/doc/sample/README
%ghost /var/log/sample.log
%files libs
/usr/lib/sample
%files meta
%files erased
/usr/lib/erased
"""

SHARER = """\
Name: {name}
Version: 1
Release: 1
Summary: One of two packages with a file of the same name
License: MIT
BuildArch: noarch
Prefix: /opt/{name}
%description
%install
mkdir -p %{{buildroot}}/etc %{{buildroot}}/opt/{name}/share
echo {name} | tee %{{buildroot}}/etc/shared.conf %{{buildroot}}/opt/{name}/tool %{{buildroot}}/opt/{name}/share/data >/dev/null
%files
/etc/shared.conf
/opt/{name}
"""

PUBLIC_KEY = """\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mI0EawEZ6gEEAODcB636lZRL1QI469HKvF7ALhocBgjbezDBSDVzecoHv26m29I5
M+Tj+MRINMoPykbvaqLCUsp/vh8/kN11I1A2revKvSjLHap5bMH95o5wXfG78Yj0
5I1gM3a6+Gue6lEOeY6rbruxxHqNp4ra2qz/j7+qg9X45sBQfz3kUG+1ABEBAAG0
D1NhbXBsZSBwYWNrYWdlc4jOBBMBCgA4FiEEG2hSIpvzEjRLg40FnlWuh2/QcjEF
AmsBGeoCGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQnlWuh2/QcjEAzAQA
mYDy3hQE0JtcFJtLQn2r6ezy+G9r9XBx4c1j5ETDA6WApHhsr+6E/cZd21/ezz/Q
ykskScyZxDKejcf/GZcFPzkBj4xYeADmpkrTTm/wL0t9YKeqypUQnLh/x7wGUkP3
K8nADhD4PS84RguJegRaUaz7P5W94MsKcBIC7V5AKPE=
=TRih
-----END PGP PUBLIC KEY BLOCK-----
"""

QUERY = (
    r"P\t%{NAME}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n[F\t%{FILESTATES:fstate}\t%{FILENAMES}\n]"
)
"""A line for each package and then a line for each of its files."""


class Rpm:
    """An rpm with its rpmbuild, and the packages that it built."""

    def __init__(self, directory: Path, programs: Path | None = None) -> None:
        self.directory = directory
        self.programs = programs
        self.built: dict[str, Path] = {}

    def run(self, program: str, *arguments: object) -> str:
        """What a program prints; its complaints when it fails."""
        command = [str(self.programs / program) if self.programs else program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.directory)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
        return done.stdout

    def build(self) -> None:
        """Builds the packages."""
        for name, spec in {"sample": SAMPLE, **{name: SHARER.format(name=name) for name in ("first", "second")}}.items():
            path = self.directory / f"{name}.spec"
            path.write_text(spec)
            plain = (
                f"_topdir {self.directory}",
                f"_dbpath {self.directory}",
                "_build_id_links none",
                "__os_install_post %{nil}",
                "_buildhost localhost",
            )
            self.run("rpmbuild", "-bb", "--quiet", *(word for macro in plain for word in ("--define", macro)), path)
        self.built = {re.sub(r"-[^-]+-[^-]+$", "", path.name): path for path in self.directory.glob("RPMS/*/*.rpm")}

    def writes(self, name: str) -> bool:
        """Whether this rpm can make a database of the format."""
        with TemporaryDirectory(dir=self.directory) as directory:
            self.run("rpm", *database(name, directory), "--initdb")
            return Path(directory, FILES[name]).exists()

    def install(self, name: str) -> Path:
        """The directory of a new database in which the packages are installed, one of them moved, one erased again."""
        directory = Path(mkdtemp(dir=self.directory))
        there = database(name, directory)
        install = (*there, "-i", "--justdb", "--nodeps", "--ignoreos", "--ignorearch", "--nosignature", "--replacefiles")
        self.run("rpm", *there, "--initdb")
        key = self.directory / "key"
        key.write_text(PUBLIC_KEY)
        self.run("rpm", *there, "--import", key)
        self.run("rpm", *install, self.built["sample-erased"], self.built["first"])
        self.run("rpm", *install, self.built["sample"], self.built["sample-libs"], self.built["sample-meta"])
        self.run("rpm", *install, "--relocate", "/opt/second=/srv/moved", self.built["second"])
        self.run("rpm", *there, "-e", "--justdb", "--nodeps", "sample-erased")
        return directory

    def told(self, form: str, directory: Path) -> list[Told]:
        """What rpm says of a database, in the order of names; keys are no packages."""
        found: list[Told] = []
        for line in self.run("rpm", *database(form, directory), "-qa", "--qf", QUERY).splitlines():
            kind, *fields = line.split("\t")
            if kind == "P":
                name, version, architecture, source_rpm = fields
                found.append(Told(name, version, architecture, source_rpm, []))
            elif fields[0] in ("normal", "net shared"):
                found[-1].files.append(fields[1])
        return sorted((package for package in found if package.name != "gpg-pubkey"), key=lambda package: package.name)


def database(name: str, directory: Path | str) -> tuple[object, ...]:
    """rpm's options for a database of a format."""
    return ("--define", f"_db_backend {BACKENDS[name]}", "--dbpath", directory)


def headers(database: Path) -> Iterator[tuple[int, bytes]]:
    """The numbers and headers of an SQLite database, by SQLite."""
    with closing(sqlite3.connect(database)) as connection:
        yield from connection.execute("SELECT hnum, blob FROM Packages")


def load_berkeley(
    target: Path, found: list[tuple[int, bytes]], order: Literal["little", "big"] = "little", page_size: int = 4096
) -> None:
    """Makes a real Berkeley DB hash of headers, as rpm does; the key 0 has the last number."""
    program = shutil.which("db_load") or shutil.which("db5.3_load")
    if program is None:
        raise RuntimeError("needs db_load, which Debian has in the package db-util")
    pairs = [(0, max(number for number, _ in found).to_bytes(4, order)), *found]
    lines = [f" {number.to_bytes(4, order).hex()}\n {header.hex()}\n" for number, header in pairs]
    dump = f"VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize={page_size}\nHEADER=END\n{''.join(lines)}DATA=END\n"
    setting = f"db_lorder={1234 if order == 'little' else 4321}"
    subprocess.run([program, "-c", setting, target], input=dump, text=True, check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, help="where rpm and rpmbuild are, when not those of the system")
    with TemporaryDirectory() as directory:
        rpm = Rpm(Path(directory), parser.parse_args().programs)
        rpm.build()
        made = {name: rpm.install(name) for name in BACKENDS}
        told = {name: rpm.told(name, there) for name, there in made.items()}
        databases = {name: (there / FILES[name]).read_bytes() for name, there in made.items()}
        swapped = Path(directory, "swapped")
        load_berkeley(swapped, list(headers(made["sqlite"] / FILES["sqlite"])), "big", 512)
        databases["berkeley-big-endian"] = swapped.read_bytes()
        if not told["sqlite"] == told["ndb"] == told["berkeley"]:
            raise RuntimeError("rpm tells different things of the same packages")
        print(write_real_databases(databases, told["sqlite"]))


if __name__ == "__main__":
    main()
