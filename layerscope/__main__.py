"""The command line's entry: finds the command, runs it, and turns whatever goes wrong into one line and an exit code."""

import errno
import gc
import os
import sys

from layerscope import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main(argv: "list[str] | None" = None) -> int:
    """Runs one command line and returns its exit code (design: 0 done, 1 a check failed, 2 wrong use or an image that
    cannot be read, 3 a source that cannot be reached, 130 interrupted)."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"layerscope {__version__}\n")
        return 0
    from layerscope.commands import overview, run

    try:
        if arguments[:1] in (["--help"], ["-h"], ["help"]):
            sys.stdout.write(overview())
            code = 0
        else:
            code = run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _report(error, debug="--debug" in arguments)
    return code


def _discard_output() -> None:
    """Lets the interpreter's last flush succeed after the reader of standard output went away."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return


def _report(error: Exception, debug: bool) -> int:
    """Writes the error as one line, with its traceback before it when ``debug``."""
    from layerscope.errors import LayerscopeError
    from layerscope.names import printable

    if debug:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, LayerscopeError):
        line, code = error.line(), error.exit_code
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO) and not error.filename:
        line, code = f"standard output cannot be written: {error.strerror}", 2
    else:
        line, code = f"unexpected {type(error).__name__}: {printable(' '.join(str(error).split()))}", 2
        line += "" if debug else "; this is a defect of layerscope: --debug shows where it happened"
    sys.stderr.write(f"layerscope: {line}\n")
    return code


def start() -> "NoReturn":
    """The process's own entry. One command makes millions of objects and keeps nearly all of them until the process ends, so
    they are neither looked through while it runs nor freed one by one when it is done."""
    gc.disable()
    code = main()
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    start()
