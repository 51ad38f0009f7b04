"""The configuration that a new last stage repeats: what of it, in which words, and what is lost."""

import json
from typing import Any

import pytest

from layerscope.advice.delivery.model import Copy
from layerscope.advice.dockerfile.config import Carried, carry, duration, nanoseconds
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.plan import Plan
from layerscope.advice.remarks import Code
from layerscope.credentials import MASK
from layerscope.report.wording import visible
from layerscope.sources.image import Config, Healthcheck, Platform

SHELL = ("/bin/sh", "-c")


def carried(*targets: bytes, base: Candidate | None = None, library_path: tuple[str, ...] = (), **config: Any) -> Carried:
    copies = tuple(Copy(target, target, 1, "needed") for target in targets)
    plan = Plan(base=base or Candidate(reference="scratch"), copies=copies, kept=frozenset(), library_path=library_path)
    return carry(Config(platform=Platform("linux", "amd64"), **config), plan)


def test_everything_that_an_image_says_stands_in_the_order_in_which_people_write_it() -> None:
    found = carried(
        env=("PORT=80", "PATH=/usr/bin"),
        labels={"a.b": "c d"},
        working_dir="app",
        user="1000:1000",
        exposed_ports=("80/tcp", "81-90"),
        volumes=("/data",),
        stop_signal="SIGINT",
        healthcheck=Healthcheck(test=("CMD", "/check"), interval=30_000_000_000, timeout=1_500_000_000, retries=3),
        entrypoint=("/server",),
        cmd=("--serve",),
    )
    assert found.before == ["ENV PORT=80"]
    assert found.after == [
        'LABEL a.b="c d"',
        "WORKDIR /app",
        "USER 1000:1000",
        "EXPOSE 80/tcp",
        "EXPOSE 81-90",
        'VOLUME ["/data"]',
        "STOPSIGNAL SIGINT",
        'HEALTHCHECK --interval=30s --timeout=1500ms --retries=3 CMD ["/check"]',
        'ENTRYPOINT ["/server"]',
        'CMD ["--serve"]',
    ]
    assert not found.problems


@pytest.mark.parametrize(
    ("env", "written"),
    [
        (("GOPATH=/go", "CGO_ENABLED=0", "A=1"), ["ENV A=1"]),
        (("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",), []),
        (("PATH=/app/bin:/usr/local/go/bin:/usr/bin",), ["ENV PATH=/app/bin:/usr/bin"]),
        (("PATH=/app/bin/sub:/usr/bin",), ["ENV PATH=/app/bin/sub:/usr/bin"]),
    ],
    ids=["what builders read", "the engine's PATH", "a directory without anything", "inside what is copied"],
)
def test_the_environment_loses_what_only_the_build_needed(env: tuple[str, ...], written: list[str]) -> None:
    assert carried(b"/app/bin", env=env).before == written


def test_what_the_base_sets_is_not_said_again_and_its_path_is_searched_behind_ours() -> None:
    base = Candidate(reference="python:3.11", env=("LANG=C.UTF-8", "PYTHON_VERSION", "PATH=/usr/local/bin"))
    found = carried(b"/app/bin/x", base=base, env=("LANG=C.UTF-8", "PYTHON_VERSION=3.11.9", "PATH=/app/bin:/usr/bin"))
    assert found.before == ["ENV PATH=/app/bin:$PATH"]


def test_the_loader_is_told_of_other_directories_beside_those_that_it_knew() -> None:
    found = carried(library_path=("/usr/local/lib",), env=("LD_LIBRARY_PATH=/opt/lib",))
    assert found.before == ["ENV LD_LIBRARY_PATH=/opt/lib:/usr/local/lib"]


@pytest.mark.parametrize(
    ("config", "code", "text"),
    [
        (
            {"env": (f"TOKEN={MASK}",)},
            Code.CREDENTIAL_IN_CONFIG,
            "what looks secret is left out (ENV TOKEN): give it when",
        ),
        ({"cmd": ("/x", MASK)}, Code.CREDENTIAL_IN_CONFIG, "what looks secret is left out (CMD): write it without"),
        ({"env": ("A=two\nlines",)}, Code.UNWRITABLE, "ENV is left out, as a Dockerfile cannot hold it: A=two\\nlines"),
        ({"user": "a\nb"}, Code.UNWRITABLE, "USER is left out, as a Dockerfile cannot hold it: a\\nb"),
        ({"env": ("=x",)}, Code.UNWRITABLE, "ENV is left out, as a Dockerfile cannot hold it"),
        ({"on_build": ("RUN x",)}, Code.TRIGGERS_LOST, "ONBUILD is left out"),
    ],
)
def test_what_cannot_or_must_not_be_said_is_a_problem(config: dict[str, Any], code: Code, text: str) -> None:
    found = carried(**config)
    assert not found.before
    assert not found.after
    (problem,) = found.problems
    assert problem.code == code
    assert problem.text.startswith(text)


def test_a_plain_shell_is_left_out_where_it_makes_no_difference() -> None:
    assert carried(entrypoint=(), cmd=(*SHELL, "/app/server --port 80")).after == ['CMD ["/app/server", "--port", "80"]']
    assert carried(cmd=(*SHELL, "a | b")).after == ['CMD ["/bin/sh", "-c", "a | b"]']


def health(*test: str, base: Candidate | None = None, **config: Any) -> tuple[list[str], list[Code]]:
    """The instructions for a check, and what is said of them."""
    found = carried(healthcheck=Healthcheck(test=test), base=base, **config)
    return found.after, [problem.code for problem in found.problems]


def test_a_check_stays_a_line_for_the_shell_where_there_is_one() -> None:
    line = "curl -f http://localhost || exit 1"
    assert health("CMD-SHELL", line) == ([f"HEALTHCHECK CMD {line}"], []), "the shell is needed, so it comes along"
    assert health("CMD-SHELL", "/check $PORT", base=Candidate(reference="x", shell=True)) == (
        ["HEALTHCHECK CMD /check $PORT"],
        [],
    )
    assert health("CMD-SHELL", "/check 80") == (['HEALTHCHECK CMD ["/check", "80"]'], [Code.CHECK_WITHOUT_SHELL])
    assert health("CMD", "/check", "80") == (['HEALTHCHECK CMD ["/check", "80"]'], [])
    assert health("NONE") == (["HEALTHCHECK NONE"], [])


def test_a_check_of_another_shell_stays_with_that_shell() -> None:
    shell = ("/bin/bash", "-ec")
    found = ['SHELL ["/bin/bash", "-ec"]', "HEALTHCHECK CMD a | b"]
    assert health("CMD-SHELL", "a | b", shell=shell) == (found, [])
    assert health("CMD-SHELL", "/check", shell=shell) == (
        ['HEALTHCHECK CMD ["/check"]'],
        [Code.SHELL_LOST, Code.CHECK_WITHOUT_SHELL],
    )


@pytest.mark.parametrize("line", ["a;\\", " a;", "a;b `", '["a;"]', "a;\nb"])
def test_a_line_that_a_builder_would_read_otherwise_is_an_argument_of_the_shell(line: str) -> None:
    found, said = health("CMD-SHELL", line)
    assert found == [f"HEALTHCHECK CMD {json.dumps([*SHELL, line])}"]
    assert said == []


def test_all_times_of_a_check_are_carried() -> None:
    check = Healthcheck(test=("CMD", "/c"), start_period=2_000_000_000, start_interval=500_000_000)
    assert carried(healthcheck=check).after == ['HEALTHCHECK --start-period=2s --start-interval=500ms CMD ["/c"]']


def test_a_base_with_an_entrypoint_loses_it_where_the_image_has_none() -> None:
    assert carried(base=Candidate(reference="x", entrypoint=True), cmd=("/a",)).after == ["ENTRYPOINT []", 'CMD ["/a"]']


def test_the_shell_of_run_is_kept_where_there_is_one() -> None:
    shell = ("/bin/bash", "-c")
    assert carried(shell=shell).after == []
    assert [problem.code for problem in carried(shell=shell).problems] == [Code.SHELL_LOST]
    assert carried(b"/bin/sh", shell=shell).after == ['SHELL ["/bin/bash", "-c"]']


@pytest.mark.parametrize(
    ("text", "value"),
    [("30s", 30_000_000_000), ("1m", 60_000_000_000), ("1500ms", 1_500_000_000), ("1ns", 1), ("2h", 7_200 * 10**9)],
)
def test_durations_are_written_as_go_reads_them_and_read_back(text: str, value: int) -> None:
    assert duration(value) == text
    assert nanoseconds(text) == value


@pytest.mark.parametrize("name", ["GATE_SECRET", "DB_PASSWORD", "TOKEN", "API_KEY", "AWS_SECRET_ACCESS_KEY"])
def test_what_is_left_out_can_still_be_read_where_texts_are_masked(name: str) -> None:
    config: dict[str, Any] = {"env": (f"{name}={MASK}",), "cmd": ("/x", MASK), "labels": {name.lower(): MASK}}
    texts = [problem.text for problem in carried(**config).problems if problem.code == Code.CREDENTIAL_IN_CONFIG]
    assert len(texts) == 3
    assert [visible(text) for text in texts] == texts
