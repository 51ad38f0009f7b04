"""What a shell does itself changes what the rest of its script knows."""

import pytest

from tests.support.shell_machine import started


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("set -- a b; shift; run $1 $#", ["run b 1"]),
        ("set -eu -o pipefail -- a; run $1", ["run a"]),
        ("export A=b; run $A", ["run b"]),
        ("declare -r A=b; readonly C=d; run $A $C", ["run b d"]),
        ("A=b; unset A; run ${A-none}", ["run none"]),
        ("A=b; read A; run $A", ["run ?"]),
        ("A=b; printf -v A x; run $A", ["run ?"]),
        ("opt=b; getopts ab opt; run $opt", ["run ?"]),
        ("A=(b c); unset A; run ${A[@]}", ["run"]),
        ("cd /srv; cd app; run $(pwd)", ["run /srv/app"]),
        ("[ a = a ] && one; [ a = b ] && two; [[ abc == a* ]] && three", ["one", "three"]),
        ("false && one; true && two; : || three", ["two"]),
        ("f() { return 1; }; f && one; f || two", ["two"]),
        ("exit 0; one", []),
        ("(exit 1); one", ["one"]),
        ("command -v one && two", ["two"]),
        ("eval 'one a'; command two; builtin three", ["one a", "two", "three"]),
        ("exec -a name one b; two", ["one b"]),
    ],
)
def test_a_builtin_does_what_bash_does(script: str, expected: list[str]) -> None:
    assert started(script) == expected
