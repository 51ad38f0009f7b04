"""What the config asks of an engine that keeps it from starting the image at all."""

from collections.abc import Iterator

from layerscope.core.names import path_bytes, printable
from layerscope.core.paths import normal_path
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import NoteCode
from layerscope.sources.image import Config
from layerscope.start.launch import Launch
from layerscope.start.search import ENGINE_PATH, files_at, is_executable, places

_ACCOUNTS = ((b"etc/passwd", "user"), (b"etc/group", "group"))


def take_obstacles(ledger: Ledger, config: Config, launch: Launch) -> None:
    """Notes why no engine starts the image: its user or group has no account, its directory is none, or a shell is missing that
    has nothing to do."""
    accounts, directory = _unknown_accounts(ledger, config.user), _no_directory(ledger, config.working_dir)
    for what in (*accounts, *directory, *_no_shell(ledger, config, launch)):
        ledger.note(NoteCode.NOT_STARTED, f"no engine starts the image: {what}")


def _unknown_accounts(ledger: Ledger, names: str) -> Iterator[str]:
    """The user and the group of USER that their files do not have; a number needs no account."""
    for (path, kind), name in zip(_ACCOUNTS, names.split(":", 1), strict=False):
        content = ledger.content(ledger.file(path))
        if content and not name.isdigit() and not _lists(content, path_bytes(name)):
            yield f"USER names the {kind} {printable(name)}, which /{path.decode()} does not have"


def _lists(content: bytes, name: bytes) -> bool:
    """Whether a file of accounts has that name, or none is asked for."""
    return not name or name in (line.partition(b":")[0].strip() for line in content.splitlines())


def _no_directory(ledger: Ledger, directory: str) -> Iterator[str]:
    """A WORKDIR in whose place the image has something else."""
    entry = ledger.filesystem.trace(normal_path(path_bytes(directory))).entry
    if entry is not None and ledger.filesystem.kinds[entry] != Kind.DIRECTORY:
        yield f"WORKDIR {printable(directory)} is no directory in it"


def _no_shell(ledger: Ledger, config: Config, launch: Launch) -> Iterator[str]:
    """The shell of a command that is the same without one, where the image has none."""
    shell = next(iter(config.entrypoint + config.cmd), "")
    if launch.exec_form is None or launch.exec_form[:1] == (shell,):
        return
    found = places(shell, f"/{config.working_dir}", config.environment().get("PATH", ENGINE_PATH))
    if not any(is_executable(ledger.filesystem, entry) for _, entry in files_at(ledger.filesystem, found)):
        yield f"{launch.origin} starts {printable(shell)}, which is not in it"
