"""What programs that keep others running start, by their settings in the image."""

import pytest

from layerscope.start.shell.image import ShellImage
from layerscope.start.supervised import supervised_by
from tests.support.archives import Entry, layer_tar, link
from tests.support.layers import stacked


def supervised(command: str, *entries: Entry, directory: str = "/") -> tuple[list[tuple[str, str, str]], list[str]]:
    """The command lines, directories and users of what is kept running, and the files that say so."""
    filesystem = stacked(layer_tar(list(entries)))
    contents = {entry[0]: entry[1] for entry in entries if isinstance(entry, tuple)}

    def read(entry: int) -> str | None:
        content = contents.get(filesystem.paths[entry].decode())
        return content.decode() if isinstance(content, bytes) else None

    image = ShellImage(filesystem, read)
    found = supervised_by(tuple(command.split()), directory, {"PORT": "80"}, image) or []
    return [(" ".join(item.words), item.directory, item.user) for item in found], list(image.looked_at)


def test_supervisord_starts_the_programs_of_its_file_and_of_those_that_it_includes() -> None:
    main = b"[supervisord]\n[program:web]\ncommand=gunicorn -b :%(ENV_PORT)s 'app:make()' ; the site\ndirectory=/srv\n"
    main += b"[include]\nfiles = conf.d/*.conf %(here)s/more.ini\n"
    other = b"[program:worker]\ncommand=python\n  worker.py\nuser=app\n[program:x]\n;command=java\n[group:all]\nprograms=web\n"
    found, read = supervised(
        "supervisord -n -c /etc/sup/main.conf",
        ("etc/sup/main.conf", main),
        ("etc/sup/conf.d/a.conf", other),
        ("etc/sup/more.ini", b"[eventlistener:x]\ncommand=listen %(unknown)s\n"),
        ("etc/supervisord.conf", b"[program:no]\ncommand=no\n"),
    )
    assert found == [
        ("gunicorn -b :80 app:make()", "/srv", ""),
        ("python worker.py", "/", "app"),
        ("listen …", "/", ""),
    ]
    assert read == ["/etc/sup/main.conf", "/etc/sup/conf.d/a.conf", "/etc/sup/more.ini"]


def test_supervisord_looks_for_its_file_where_it_is_started_before_etc() -> None:
    files: list[Entry] = [
        ("etc/supervisord.conf", b"[program:b]\ncommand=b\n"),
        ("srv/supervisord.conf", b"[program:a]\ncommand=a\n"),
    ]
    assert supervised("supervisord -n", *files, directory="/srv")[0] == [("a", "/srv", "")]
    assert supervised("supervisord -n", *files, directory="/opt")[0] == [("b", "/opt", "")]
    assert supervised("supervisord", ("etc/supervisord.conf", b"no [ini"))[0] == []


def test_services_of_a_directory_are_started_through_links() -> None:
    entries: list[Entry] = [
        link("etc/service/web", "/etc/sv/web"),
        ("etc/sv/web/run", b"#!/bin/sh\n"),
        ("etc/sv/web/log/run", b"#!/bin/sh\n"),
    ]
    found, _ = supervised("runsvdir -P /etc/service", *entries)
    assert found == [
        ("runsv", "/", ""),
        ("/etc/service/web/run", "/etc/service/web", ""),
        ("/etc/service/web/log/run", "/etc/service/web/log", ""),
    ]
    found, _ = supervised(
        "s6-svscan /run/service", ("run/service/a/run", b"#!/bin/sh\n"), ("run/service/a/finish", b"#!/bin/sh\n")
    )
    assert [words for words, _, _ in found] == ["s6-supervise", "/run/service/a/run", "/run/service/a/finish"]


@pytest.mark.parametrize("command", ["honcho start", "foreman start -f Procfile", "goreman -f Procfile start", "hivemind"])
def test_lines_of_a_procfile_are_started(command: str) -> None:
    found, read = supervised(
        command, ("app/Procfile", b"web: gunicorn app\n# no: x\nworker: python w.py $PORT\n"), directory="/app"
    )
    assert found == [("sh -c gunicorn app", "/app", ""), ("sh -c python w.py $PORT", "/app", "")]
    assert read == ["/app/Procfile"]


def test_lines_of_crontabs_are_started() -> None:
    tab = b"SHELL=/bin/sh\n# m h\n* * * * * root /app/job.sh >/dev/null 2>&1\n@reboot root date +\\%s\n*/5 * * *\n"
    tab += b"0 * * * * root cd / && run-parts --report /etc/cron.hourly\n"
    files: list[Entry] = [("etc/cron.d/job", tab), ("var/spool/cron/crontabs/root", b"0 1 * * * /app/own.sh\n")]
    found, _ = supervised("cron -f", *files, ("etc/cron.hourly/tidy", b"#!/bin/sh\n"))
    lines = ["sh -c /app/job.sh >/dev/null 2>&1", "sh -c date +%s", "sh -c /app/own.sh", "/etc/cron.hourly/tidy"]
    assert [words for words, _, _ in found] == lines
    found, _ = supervised("supercronic /app/crontab", ("app/crontab", b"@every 5m run x\n* * * * * a b\n"))
    assert [words for words, _, _ in found][-1] == "sh -c a b"


def test_any_other_program_supervises_nothing() -> None:
    assert supervised("server") == ([], [])
    assert supervised("runsv", ("run/x", b"")) == ([], [])


def test_make_runs_recipes_by_the_shell_of_its_makefile_in_its_directory() -> None:
    makefile = b"run: prepare\n\t./server\nprepare:\n\tmkdir -p $(PORT)\n"
    found, read = supervised("make -C app run", ("srv/app/Makefile", makefile), directory="/srv")
    assert found == [("/bin/sh -c mkdir -p 80", "/srv/app", ""), ("/bin/sh -c ./server", "/srv/app", "")]
    assert read == ["/srv/app/Makefile"]
    assert supervised("make", ("srv/Makefile.am", makefile), directory="/srv") == ([], [])
