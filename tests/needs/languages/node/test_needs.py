"""What a Node.js program needs, where nothing says what runs."""

from pathlib import Path

import pytest

from tests.support.node_images import SERVER, runtime_of


@pytest.mark.parametrize("command", [["node"], ["node", "gone.js"], ["node", "--test"], ["node", "--run", "gone"]])
def test_what_is_not_known_to_run_is_not_followed(tmp_path: Path, command: list[str]) -> None:
    assert not runtime_of(tmp_path, SERVER, Cmd=command).programs[0].followed
