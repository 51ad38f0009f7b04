"""Where no image is recommended, where none is needed, and what is risky about one."""

from typing import Any

import pytest
from msgspec.structs import replace

from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_choice import Demand
from layerscope.advice.plan.refusals import is_lean, lean_reasons, refusal, risks
from layerscope.advice.remarks import Code
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.needs.model import Because, Need, Program, Unresolved, UnresolvedCode
from tests.support.analyses import go_image

GROUND = go_image().ground
(SERVER,) = GROUND.runtime.programs


def running(*programs: Program, **more: Any) -> Ground:
    return replace(GROUND, runtime=replace(GROUND.runtime, programs=programs, **more))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"followed": True}, None),
        ({"linkage": Linkage.SCRIPT, "ecosystem": Ecosystem.SHELL}, Code.SCRIPT_NOT_FOLLOWED),
        ({"ecosystem": Ecosystem.SHELL}, Code.BARE_SHELL),
        ({"ecosystem": Ecosystem.PYTHON}, Code.CODE_NOT_FOLLOWED),
        ({"ecosystem": Ecosystem.NONE}, Code.CODE_NOT_FOLLOWED),
        ({"ecosystem": Ecosystem.C}, None),
        ({"ecosystem": Ecosystem.C, "linkage": Linkage.GLIBC, "package": True}, Code.PACKAGE_NOT_FOLLOWED),
        ({"ecosystem": Ecosystem.C, "linkage": Linkage.STATIC, "package": True}, None),
    ],
)
def test_a_program_whose_code_is_not_followed_is_a_reason(changes: dict[str, Any], code: Code | None) -> None:
    if changes.pop("package", False):
        changes["entry"] = GROUND.filesystem.visible[b"usr/bin/git"]
    found = refusal(running(replace(SERVER, **changes)))
    assert [reason.code for reason in found] == ([] if code is None else [code])
    assert all(reason.text.startswith("no image is recommended: ") for reason in found)


def test_a_command_that_builds_the_program_when_it_starts_is_refused() -> None:
    go = replace(SERVER, path=b"usr/local/go/bin/go", entry=GROUND.filesystem.visible[b"usr/local/go/bin/go"])
    (reason,) = refusal(running(replace(go, followed=True)))
    assert reason.code == Code.BUILDS_WHEN_STARTED
    assert "starts /usr/local/go/bin/go, which builds" in reason.text
    assert refusal(running(replace(SERVER, followed=True))) == ()


def test_where_nothing_is_started_it_says_why() -> None:
    assert [reason.code for reason in refusal(running())] == [Code.NOTHING_STARTED]
    (reason,) = refusal(running(unresolved=(Unresolved(b"", "CMD starts /x, which is not in the image"),)))
    assert reason.text.startswith("no image is recommended: CMD starts /x, which is not in the image; what helps is")


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (UnresolvedCode.NO_COMMAND, "name its program with CMD or ENTRYPOINT"),
        (UnresolvedCode.NOT_EXECUTABLE, "/x is odd; make it executable, by COPY --chmod=755 or RUN chmod +x"),
        (UnresolvedCode.DIRECTORY, "/x is odd; name a program with CMD or ENTRYPOINT"),
        (UnresolvedCode.CARRIAGE_RETURN, "/x is odd; give it Unix line ends, by eol=lf in .gitattributes"),
    ],
)
def test_each_reason_for_which_nothing_starts_has_its_own_remedy(code: UnresolvedCode, remedy: str) -> None:
    (reason,) = refusal(running(unresolved=(Unresolved(b"x", "is odd", code),)))
    assert remedy in reason.text
    assert "a COPY of it" not in reason.text


def test_the_check_of_an_image_is_followed_too() -> None:
    check = replace(SERVER, path=b"check.py", ecosystem=Ecosystem.PYTHON)
    found = refusal(running(replace(SERVER, followed=True), checks=(check,)))
    assert [reason.code for reason in found] == [Code.CHECK_NOT_FOLLOWED]


def test_an_image_with_traces_of_a_build_is_not_lean() -> None:
    assert not is_lean(GROUND, GROUND.stored)
    codes = [reason.code for reason in lean_reasons(GROUND, Candidate(reference="scratch"), GROUND.stored - 1)]
    assert codes == [Code.FEW_TRACES, Code.MOSTLY_APPLICATION, Code.OTHER_BASE_SAVES]


DEMAND = Demand(libcs=frozenset(), shell=False, machine="amd64", glibc="2.36", sonames=frozenset(), user="")


@pytest.mark.parametrize(
    ("base", "libcs", "shell", "codes"),
    [
        (Candidate(reference="x"), (), False, []),
        (Candidate(reference="x", size=None), (), False, [Code.BASE_SIZE_UNKNOWN]),
        (Candidate(reference="x", known=False), (), False, [Code.BASE_ESTIMATED]),
        (Candidate(reference="x", machines=("arm64",)), (), False, [Code.BASE_OF_OTHER_MACHINE]),
        (Candidate(reference="x", libc="musl", glibc="1"), ("musl",), False, [Code.BASE_TOO_OLD]),
        (Candidate(reference="x"), ("musl",), False, [Code.BASE_OF_OTHER_LIBC]),
        (Candidate(reference="x"), (), True, [Code.BASE_WITHOUT_SHELL]),
        (Candidate(reference="x", libc="glibc"), ("glibc",), False, [Code.LOADED_BY_NAME]),
    ],
)
def test_what_is_risky_about_a_base(base: Candidate, libcs: tuple[str, ...], shell: bool, codes: list[Code]) -> None:
    opened = replace(base, measured=base.known and base.size is not None)
    found = risks(GROUND, opened, replace(DEMAND, libcs=frozenset(libcs), shell=shell))
    assert [risk.code for risk in found] == codes


def test_what_alone_needs_a_c_library_is_named() -> None:
    because = (Because("HEALTHCHECK"),)
    check = Need(path=b"bin/check", entry=SERVER.entry, role=Role.HEALTHCHECK, because=because)
    demand, base = replace(DEMAND, libcs=frozenset(("glibc",))), Candidate(reference="x", libc="glibc", measured=True)
    found = list(risks(running(SERVER, needs=(check,)), base, demand))
    assert [risk.code for risk in found] == [Code.LOADED_BY_NAME, Code.HELPERS_NEED_LIBC]
    assert found[1].text.startswith("only /bin/check need")


def test_what_is_unresolved_is_a_risk() -> None:
    ground = running(SERVER, unresolved=(Unresolved(b"app/server", "opens plugins"),))
    opened = Candidate(reference="x", measured=True)
    assert [risk.text for risk in risks(ground, opened, DEMAND)] == ["/app/server: opens plugins"]


def test_a_base_that_was_not_opened_is_said_to_be_remembered() -> None:
    (risk,) = risks(GROUND, Candidate(reference="x"), DEMAND)
    assert risk.code == Code.BASE_NOT_OPENED
    assert "docker pull x" in risk.text
