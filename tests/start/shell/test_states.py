"""What a script knows at one place, and what is left of it where ways meet."""

from msgspec.structs import replace

from layerscope.start.shell.states import UNKNOWN, State, Value, are_known, common, different

START = State(variables={"A": Value("a")}, arguments=(), name="sh", directory="/", arrays={"L": (Value("l"),)})


def test_a_variable_that_is_set_replaces_the_array_of_its_name() -> None:
    state = START.having_all({"L": Value("x"), "B": Value("b")})
    assert (state.text("A"), state.text("B"), state.text("L"), state.arrays) == ("a", "b", "x", {})


def test_the_last_name_takes_the_rest_of_a_line_and_one_too_many_nothing() -> None:
    assert START.with_line(["X", "Y"], "a b c").variables == {"A": Value("a"), "X": Value("a"), "Y": Value("b c")}
    assert START.with_line(["X", "Y"], "a").text("Y") == ""


def test_of_too_many_states_the_variables_that_differ_are_unknown() -> None:
    states = [START.having("N", Value(str(number))) for number in range(20)]
    assert len(different([*states[:5], *states[:5]])) == 5
    assert [(state.variables["A"], state.variables["N"]) for state in different(states)] == [(Value("a"), UNKNOWN)]


def test_a_status_is_common_to_all_or_not_known() -> None:
    assert common([START, START]) is True
    assert common([START, replace(START, status=False)]) is None


def test_values_are_known_when_each_has_a_text() -> None:
    assert are_known([Value(""), Value("a", False)])
    assert not are_known([Value("a"), UNKNOWN])
