"""What simple commands print, where their words alone tell: for command substitutions."""

from collections.abc import Callable

from layerscope.runtime.shell_words import State, Value


def printed(values: list[Value], state: State, found: Callable[[str, State], str]) -> str | None:
    """A command's output without its last end of line, None when it is not known; ``found`` is what ``command -v`` gives."""
    name, *rest = [value.known for value in values]
    plain = [word for word in rest if not word.startswith("-")]
    if name == "pwd":
        return tidy(state.directory)
    if not plain:
        return None
    if name == "which" or (name == "command" and "-v" in rest):
        return found(plain[0], state)
    if name == "dirname":
        return plain[0].rstrip("/").rpartition("/")[0] or ("/" if plain[0].startswith("/") else ".")
    if name == "basename":
        return plain[0].rstrip("/").rpartition("/")[2].removesuffix(plain[1] if len(plain) > 1 else "")
    if name in ("readlink", "realpath"):
        return plain[0] if plain[0].startswith("/") else None
    return " ".join(plain) if name == "echo" and plain == rest and all(value.certain for value in values) else None


def tidy(path: str) -> str:
    """An absolute path without ``.`` and ``..``."""
    done: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del done[-1:]
        elif part and part != ".":
            done.append(part)
    return "/" + "/".join(done)
