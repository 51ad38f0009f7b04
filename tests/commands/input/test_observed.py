"""What a run needed, in a file and out of it again."""

import argparse
from pathlib import Path

import pytest

from layerscope.commands.input.observed import Observed, plan_options, read_observed
from layerscope.core.errors import UsageError

NAMES = (b"etc/a b", b"usr/lib/\xff\xfe", "app/é\u202e.txt".encode(), b"app/new\nline", b"app/back\\slash", b"app/[id].js")


def test_every_name_comes_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "observed"
    observed = Observed(NAMES, NAMES[::-1])
    file.write_text(observed.text())
    assert read_observed(str(file)) == observed
    assert len(file.read_text().splitlines()) == 1 + 2 * len(NAMES)
    assert read_observed(None) == Observed()


@pytest.mark.parametrize("content", [b"opened etc/a\n", b"closed /etc/a\n", b"/etc/a\n", b"opened /\xff\n"])
def test_a_file_that_says_something_else_is_wrong_use(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "observed"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="observed"):
        read_observed(str(file))
    with pytest.raises(UsageError, match="cannot read"):
        read_observed(str(tmp_path / "nothing"))


def test_a_tight_plan_takes_something_that_was_observed(tmp_path: Path) -> None:
    file = tmp_path / "observed"
    file.write_text(Observed((b"etc/a",), (b"etc/b",)).text())
    options = argparse.Namespace(base=None, keep=["/x"], observed=str(file), tight=True)
    wanted = plan_options(options)
    assert (wanted.keep, wanted.opened, wanted.observed, wanted.tight) == (("/x",), (b"etc/a",), (b"etc/b",), True)
    with pytest.raises(UsageError, match="--tight needs to know"):
        plan_options(argparse.Namespace(base=None, keep=[], observed=None, tight=True))
