"""What holds for all tests: they read every layer themselves, whatever the user's cache remembers, no registry but one of this
machine is ever reached, and examples may take as long to make and to try as a busy machine needs. ``--hypothesis-profile
thorough`` tries more of them."""

import atexit
import gc
import os

import pytest
from hypothesis import HealthCheck, settings

os.environ["LAYERSCOPE_CACHE"] = "off"
os.environ["HTTPS_PROXY"] = "http://127.0.0.1:9"
os.environ["NO_PROXY"] = "127.0.0.1,localhost"


@pytest.fixture(scope="session", autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The key of the cache is the tests' own; so is the bytecode of what they start, where Python is told to keep none: a
    hundred processes would compile the same modules."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(tmp_path_factory.mktemp("bytecode"))


_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", _PATIENT)
settings.register_profile("quick", _PATIENT, max_examples=40)
settings.load_profile("quick")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The screens' tests, each of which takes half a second, come first: with short ones at the end, workers end together."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/tui/"))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Content is named after its argument: an archive's bytes tell the second in which it was made, and workers that collect
    in different seconds would disagree about what there is to run."""
    return argname if isinstance(val, bytes) and b"\0" in val else None


def pytest_collection_finish() -> None:
    """What was imported and collected stays until the end, so the garbage collector, whose passes through it would take a
    fifth of the time, need not look at it again, and looks at the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(500_000, 50, 1000)


def pytest_unconfigure(config: pytest.Config) -> None:
    """A worker that has said all it has to say ends at once; to free what it holds, object by object, would take it seconds."""
    if hasattr(config, "workerinput"):
        atexit.register(os._exit, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Of several workers, one that has nothing left to do takes of what another was given: some modules take much longer than
    others. Whoever asks for another way of sharing (``--dist``) gets it."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None  # type: ignore[arg-type]
