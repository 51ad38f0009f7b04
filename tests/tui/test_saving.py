"""What the app writes to disk: at every kind of place as the commands do."""

import os
import stat

import pytest

from layerscope.core.errors import UsageError
from layerscope.tui.saving import export, export_comparison, export_report
from tests.support.analyses import go_image
from tests.support.comparisons import demo_pair

WRITES = {
    "a Dockerfile": (lambda place: export(go_image(), place), "Dockerfile"),
    "a report": (lambda place: export_report(go_image(), place), "report.md"),
    "a comparison": (lambda place: export_comparison(demo_pair(), place), "gap.json"),
}

every_export = pytest.mark.parametrize(("write", "name"), WRITES.values(), ids=WRITES)


@every_export
def test_a_link_stays_and_its_file_is_replaced(write, name, tmp_path):
    (tmp_path / "file").write_text("before")
    (tmp_path / name).symlink_to("file")
    write(tmp_path / name)
    assert (tmp_path / name).is_symlink()
    assert (tmp_path / "file").read_text() != "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["file", name])


@every_export
def test_a_pipe_that_nobody_reads_is_told_and_stays(write, name, tmp_path):
    os.mkfifo(tmp_path / name)
    with pytest.raises(UsageError, match="nobody reads from this pipe"):
        write(tmp_path / name)
    assert stat.S_ISFIFO((tmp_path / name).lstat().st_mode)


@every_export
def test_a_directory_is_told_and_stays(write, name, tmp_path):
    (tmp_path / name).mkdir()
    with pytest.raises(UsageError, match="it is a directory"):
        write(tmp_path / name)


@pytest.mark.parametrize("name", ["x.pdf", "x.docx", "x.xml"])
@pytest.mark.parametrize("write", [write for write, _ in WRITES.values()], ids=WRITES)
def test_a_name_that_promises_another_format_is_told(write, name, tmp_path):
    with pytest.raises(UsageError, match="tells no format"):
        write(tmp_path / name)
    assert not (tmp_path / name).exists()
