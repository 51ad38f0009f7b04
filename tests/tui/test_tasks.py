"""What the app reads, and which screen shows it."""

from layerscope.comparison.model import Comparison
from layerscope.tui.screens.compare import CompareScreen
from layerscope.tui.screens.images import ChooserScreen
from layerscope.tui.screens.main import MainScreen
from layerscope.tui.tasks import Chooser, chooser_task, image_task, larger_text, pair_task, second_task, swap_task
from tests.support.analyses import go_image
from tests.support.comparisons import compared, demo, demo_pair

NO_ENGINE = Chooser(lambda: (), lambda name, progress, pull: demo("lean" if name == "demo:lean" else "fat"))


def ignore(what: str, done: int, total: int | None) -> None:
    """Progress that nothing shows."""


def nothing() -> None:
    """What escape does."""


def test_an_image_and_a_pair_have_their_screens() -> None:
    assert isinstance(image_task(lambda progress, pull: go_image(), "x").show(go_image()), MainScreen)
    task = pair_task(lambda progress: demo_pair(), "x and y")
    assert isinstance(task.show(task.load(ignore, False)), CompareScreen)
    assert not task.pulls


def test_the_images_of_an_engine_are_offered_and_asking_for_them_is_said() -> None:
    said: list[str] = []
    task = chooser_task(NO_ENGINE, print)
    assert isinstance(task.show(task.load(lambda what, done, total: said.append(what), False)), ChooserScreen)
    assert said == ["Asking the engine for its images"]


def test_of_a_second_image_and_the_first_the_larger_one_is_the_fat_one() -> None:
    for first, second in (("fat", "demo:lean"), ("lean", "demo:fat")):
        task = second_task(demo(first), second, NO_ENGINE, nothing)
        found = task.load(ignore, False)
        assert (found.fat, found.lean) == (demo("fat"), demo("lean"))
        assert task.returns


def test_swapped_images_are_compared_for_the_same_cluster() -> None:
    task = swap_task(demo_pair(), None)
    swapped = task.load(ignore, False)
    assert isinstance(swapped, Comparison)
    assert (swapped.gap, swapped.impact.cluster) == (-demo_pair().gap, demo_pair().impact.cluster)
    assert task.replaces


def test_the_larger_image_is_named(tmp_path) -> None:
    assert larger_text(demo_pair()) == "demo:fat is the larger one (879 MB): it stands left, as the fat image"
    alike = compared(tmp_path, [[("x", b"12")]], [[("y", b"34")]])
    assert larger_text(alike).startswith("both store 2 B: docker-archive:")
    assert larger_text(alike).endswith("fat/image.tar, the first one, stands left as the fat image")
