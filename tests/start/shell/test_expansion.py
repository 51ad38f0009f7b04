"""Words as bash expands them: parameters, arrays, and defaults that a container may replace."""

import pytest

from tests.support.shell_machine import started


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('args=(serve --port 80)\nargs+=("$1" "two words")\nexec "${args[@]}"', "serve --port 80 x two words"),
        ('command=("$@"); exec "${command[0]}" "${command[@]:1}"', "x y z"),
        ('exec run "${@:2}"', "run y z"),
        ('exec run "${@:2:1}" "$#"', "run y 3"),
        ('local -a a=(b); exec run "${a[@]}" ${none[@]}', "run b"),
        ('name=PORT; exec run "${!name}"', "run 8080"),
        ('a=B; exec run "${a,,}" "${a^^}" "${#a}"', "run b B 1"),
        ('a=/opt/app.jar; exec run "${a##*/}" "${a%.jar}" "${a/app/b}" "${a:5:3}"', "run app.jar /opt/app /opt/b.jar app"),
        (': "${MODE:=serve}"; exec run "$MODE"', "run serve"),
        ("a=1; a+=2; exec run $a", "run 12"),
        ("exec run $'a\\tb\\x41\\u00e9\\'' $\"c\"", "run a\tbAé' c"),
        ("exec run \"a\\b\\$c\" a\\b 'a\\b'", "run a\\b$c ab a\\b"),
        ("exec run a 2>/dev/null >out", "run a"),
        ("a='b\u00a0c\vd  e\tf'; exec run $a", "run b\u00a0c\vd e f"),
        ("exec run <<EOF\u00a0X\nexec not\nEOF\u00a0X\n", "run"),
    ],
)
def test_words_are_expanded_as_bash_expands_them(script: str, expected: str) -> None:
    assert started(script, "x", "y", "z", PORT="8080") == [expected]


def test_an_array_that_is_not_known_is_not_guessed() -> None:
    assert started('mapfile -t a < <(list); run "${a[@]}"') == ["list", "run ?"]
    assert started('read -ra a; a+=(b); run "${a[@]}"') == ["run ?"]
    assert started('if x; then a=(1); else a=(2); fi; run "${a[@]}"') == ["x", "run 1", "run 2"]


@pytest.mark.parametrize("setting", ["MODE=${MODE:-serve}", ': "${MODE:=serve}"', 'export MODE="${MODE-serve}"'])
def test_a_default_does_not_decide_as_a_container_may_be_started_with_another_value(setting: str) -> None:
    script = f'{setting}\nif [ "$MODE" = migrate ]; then exec /migrate; fi\nexec /serve\n'
    assert started(script) == ["/migrate", "/serve"]
