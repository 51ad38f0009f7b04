"""What command substitutions give: programs that are looked for one after the other, and what is printed on conditions."""

import pytest

from layerscope.start.shell.machine import Machine
from layerscope.start.shell.states import State
from tests.support.shell_machine import Image


class Without(Image):
    """An image in which every program is found but Chrome."""

    def locate(self, word: str, state: State) -> str | None:
        return None if "chrome" in word else f"/usr/bin/{word}"


def browser(substitution: str) -> list[str]:
    """What ``$BROWSER`` starts, and what is not understood."""
    machine = Machine(Without())
    machine.run(f'BROWSER={substitution}\nexec "$BROWSER" --headless', State.at("/"))
    found = [" ".join(word.known for word in call.words) for call in machine.called.values() if call.replaces]
    return [*found, *(what for _, what in machine.problems)]


@pytest.mark.parametrize(
    "substitution",
    [
        "$(command -v chrome || command -v chromium)",
        "$(command -v chromium || command -v chrome)",
        "$(which chrome 2>/dev/null || which chromium 2>/dev/null || echo none)",
        "`type -p chrome || type -P chromium`",
        "$(hash chrome && echo chrome || command -v chromium)",
        "$(which chrome > /dev/null && echo chrome || which chromium)",
        "$(which chromium chrome | head -n1)",
        "$(cd /nowhere && command -v chromium)",
        "$(echo looking >&2; which chromium)",
        '"${BROWSER:-$(command -v chrome || command -v chromium)}"',
    ],
)
def test_of_programs_that_are_looked_for_the_first_that_exists_is_started(substitution: str) -> None:
    assert browser(substitution) == ["/usr/bin/chromium --headless"]


@pytest.mark.parametrize(
    "substitution",
    [
        "$(cat /etc/browser || command -v chromium)",
        "$([ -e /etc/new ] && which chromium || which firefox)",
        "$(which chromium | sort)",
        "$(which chromium | sort | head -1)",
        "$(which chrome || exit 1)",
        "$(which chrome || which google-chrome)",
    ],
)
def test_what_is_printed_stays_unknown_where_something_of_it_is(substitution: str) -> None:
    assert browser(substitution) == ["starts a program whose name is made while it runs: exec $BROWSER --headless"]


def test_what_several_commands_print_stands_on_lines_of_their_own() -> None:
    assert browser("$(echo one; true; echo two)") == ["one\ntwo --headless"]
