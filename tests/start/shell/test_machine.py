"""What a script could start: loops over what is listed, and both branches where nothing decides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.shell_machine import machine_of, problems, started


@pytest.mark.parametrize(
    "script",
    [
        'while read -r f; do "$f"; done < <(find /etc/start.d -name "*.sh" -type f | sort)',
        'find /etc/start.d -name "*.sh" | sort | while IFS= read -r f; do "$f"; done',
        'for f in $(find /etc/start.d -name "*.sh"); do "$f"; done',
        "cd /etc/start.d\nwhile read -r f; do /etc/start.d/$f; done <<EOF\n10-first.sh\n20-second.sh\nmore/30-third.sh\nEOF",
    ],
)
def test_a_loop_over_lines_runs_for_every_line(script: str) -> None:
    scripts = [call for call in started(script) if call.endswith(".sh") and " " not in call]
    assert scripts == ["/etc/start.d/10-first.sh", "/etc/start.d/20-second.sh", "/etc/start.d/more/30-third.sh"]


def test_ls_lists_the_names_in_a_directory() -> None:
    script = 'ls /etc/start.d | while read -r name; do run "/etc/start.d/$name"; done'
    expected = [
        "run /etc/start.d/10-first.sh",
        "run /etc/start.d/20-second.sh",
        "run /etc/start.d/README",
        "run /etc/start.d/more",
    ]
    assert started(script)[1:] == expected


def test_a_loop_over_a_here_string_splits_lines_into_names() -> None:
    assert started('while read -r name rest; do "$name" "$rest"; done <<< "serve a b"') == ["serve a b"]


def test_a_loop_over_lines_that_are_not_known_runs_once_with_unknown_words() -> None:
    script = 'while read -r x; do use "$x"; done < <(make-list | filter)'
    assert sorted(started(script)) == ["filter", "make-list", "use ?"]
    assert problems('while read -r x; do "$x"; done < <(make-list)') == [
        "line 1 starts a program whose name is made while it runs: $x"
    ]


def test_commands_in_every_corner_of_a_word_are_started() -> None:
    script = (
        'a=$(one) b="${c:-$(two)}" run --x=<(three) $(( $(four) + 1 )) > "$(five)" << EOF\n$(six)\nEOF\n'
        "arr=($(seven))\nexec > >(eight)\n(( $(nine) ))\nfor x in $(ten); do :; done\n"
    )
    names = {call.split()[0] for call in started(script)}
    assert names == {"one", "two", "run", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((";;", ";;"), ["one"]),
        ((";&", ";;"), ["one", "two"]),
        ((";;&", ";;"), ["one", "three"]),
        ((";&", ";&"), ["one", "two", "three"]),
    ],
)
def test_case_goes_on_as_its_ends_say(ends: tuple[str, str], expected: list[str]) -> None:
    assert started(f'case "$1" in a) one {ends[0]} b) two {ends[1]} a*) three ;; esac', "a") == expected


@pytest.mark.parametrize(
    "script",
    [
        'LINE=${LINE:-serve a}; eval "exec $LINE"',
        ': "${LINE:=serve a}"; exec $LINE',
        'LINE="serve a"; eval "$LINE"',
    ],
)
def test_a_command_line_with_a_default_is_followed_as_its_default(script: str) -> None:
    assert started(script) == ["serve a"]


def test_an_extended_pattern_decides_nothing() -> None:
    assert started('case "$1" in @(a|b)) one;; *) two;; esac', "c") == ["one", "two"]


def test_what_stands_before_a_gap_is_followed_and_the_gap_is_named() -> None:
    script = "one\nif two; then\n  three\n"
    assert started(script) == ["one"]
    assert problems(script) == ["line 4 is not understood: the end where fi should be"]


def test_a_gap_behind_exec_is_never_reached() -> None:
    script = "#!/bin/sh\n'''exec' python3 \"$0\" \"$@\"\n' '''\nimport sys\nif (sys.argv[1:]): pass\n"
    assert started(script) == ["python3 /entry.sh"]
    assert problems(script) == []


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ('\n"$(choose)" x', "line 2 starts a program whose name is made while it runs: $(choose)"),
        ('eval "$(make)"', "line 1 evaluates text that is made while it runs: eval $(make)"),
        ('eval "$SETTINGS"', "line 1 evaluates text that is made while it runs: eval $SETTINGS"),
        (". <(make)", "line 1 reads a script whose name is made while it runs: . …"),
        ("f() { f; f; }\n\nf", "line 1 takes too many steps to follow"),
    ],
)
def test_what_is_made_while_it_runs_is_named_with_its_line_and_words(script: str, problem: str) -> None:
    assert problem in problems(script)


WORDS = (
    "a",
    "$x",
    '"$@"',
    "$(",
    ")",
    "`",
    "<(",
    "if",
    "then",
    "fi",
    "while",
    "do",
    "done",
    "case",
    "in",
    "esac",
    "f()",
    "{",
    "}",
    "f",
)
MORE = (
    ";",
    "\n",
    "&&",
    "||",
    "|",
    "&",
    "[",
    "]",
    "[[",
    "]]",
    "=",
    "x=",
    "x=(",
    "${x:=",
    "${x[@]}",
    "}",
    "read",
    "set --",
    "exec",
    "eval",
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS + MORE), max_size=40).map(" ".join))
def test_any_script_is_gone_through_to_its_end(script: str) -> None:
    machine = machine_of(script, "x", "y")
    assert all(call.line >= 1 for call in machine.called.values())
    assert all(line >= 1 for line, _ in machine.problems)


@pytest.mark.parametrize(
    ("trap", "expected"),
    [
        ("trap 'clean \"$work\"' EXIT", ["clean a"]),
        ("leave() { clean; }; trap leave INT TERM", ["clean"]),
        ("trap - TERM", []),
        ("trap '' HUP", []),
        ("trap -l", []),
    ],
)
def test_what_a_signal_or_the_end_runs_is_started(trap: str, expected: list[str]) -> None:
    assert started(f"work=a; {trap}") == expected


def test_by_a_number_that_is_not_known_any_number_of_arguments_is_shifted() -> None:
    script = 'while getopts "p:v" o; do :; done; shift $((OPTIND - 1)); [ $# -eq 1 ] || exit 64; "$1"'
    assert "serve" in started(script, "-p", "80", "serve")


def test_of_functions_that_arguments_choose_from_each_is_followed() -> None:
    script = 'one() { first; }; two() { second "$1"; }; other() { third; }; case $1 in one | two) "$@" ;; esac'
    assert sorted(call.split()[0] for call in started(script, "one")) == ["first", "second", "third"]


def test_of_functions_that_a_script_names_itself_the_others_are_not() -> None:
    assert started("one() { first; }; two() { second; }; one", "two") == ["first"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('f() { run "$LANG" "$1"; }\nLANG=de f x; f y', ["run de x", "run C y"]),
        ('f() { LANG=fr g; run "$LANG"; }\ng() { run inner "$LANG"; }\nLANG=de f', ["run inner fr", "run de"]),
        ("LANG=de eval 'run $LANG'; run $LANG", ["run de", "run C"]),
        ('f() { name=x; }\nLANG=de f; run "$name" "$LANG"', ["run x C"]),
    ],
)
def test_what_is_assigned_in_front_of_a_function_holds_within_it(script: str, expected: list[str]) -> None:
    assert started(script, LANG="C") == expected


def test_one_command_line_with_different_assignments_in_front_is_started_with_each() -> None:
    called = machine_of("f() { run; }\nf; LC_ALL=de f; LC_ALL=fr run; LC_ALL=fr run").called.values()
    assert [call.variables["LC_ALL"].text if "LC_ALL" in call.variables else None for call in called] == [None, "de", "fr"]


MAP = 'declare -A MAP=([web]="serve --port 80" ["job"]=work)\n'


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (MAP + "exec ${MAP[web]}", ["serve --port 80"]),
        (MAP + 'exec "${MAP["$1"]}"', ["work"]),
        (MAP + "exec ${MAP[$ROLE]} x", ["serve --port 80 x", "work x"]),
        (MAP + 'exec "${MAP[${ROLE:-job}]}"', ["serve --port 80", "work"]),
        (MAP + 'for key in "${!MAP[@]}"; do ${MAP[$key]} & done', ["serve --port 80", "work"]),
        (MAP + "line=${MAP[$ROLE]:-default}; exec $line", ["serve --port 80", "work", "default"]),
        (MAP + '[ -n "${MAP[$ROLE]}" ] && exec ${MAP[$ROLE]}; exec other', ["serve --port 80", "work", "other"]),
        ('declare -A MAP\nMAP[web]=serve\nMAP["job"]=work\nMAP[job]+=-all\nexec "${MAP[$1]}"', ["work-all"]),
        ('MAP=(); MAP[$(uname)]=one; MAP[x]=two; exec "${MAP[y]}"', ["uname", "one", "two"]),
        ('LIST=(one two); exec "${LIST[$RANDOM % 2]}"', ["one", "two"]),
        ('LIST=(one two); i=1; "${LIST[i]}"; "${LIST[$i]}"; "${LIST[i]}" x', ["two", "two x"]),
        ('LIST=([1]=one two); LIST+=(three [0]=zero); for x in "${LIST[@]}"; do $x; done', ["one", "two", "three", "zero"]),
        ('LIST=(one two); exec "${LIST[-1]}"', ["one", "two"]),
    ],
)
def test_an_element_of_an_array_is_the_one_that_its_key_names_or_any(script: str, expected: list[str]) -> None:
    assert started(script, "job") == expected


def test_many_arrays_of_which_nothing_is_known_end() -> None:
    names = [f"A{number}" for number in range(1500)]
    arrays = "\n".join(f"{name}=(one two)" for name in names)
    command = "run " + " ".join(f'"${{{name}[$X]}}"' for name in names)
    assert problems(f"{arrays}\n{command}") == ["line 1501 takes too many steps to follow"]
