"""The command line's entry: finds the command, runs it, and turns whatever goes wrong into one line and an exit code."""

import errno
import gc
import os
import sys

from layerscope import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


_SWITCH = 0.0002
"""Seconds after which a thread that runs Python lets another one have the interpreter."""

_AGAIN = 0.005
"""Seconds after which a process that was to end, and went on, is ended again."""

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF)


def main(argv: "list[str] | None" = None) -> int:
    """Runs one command line and returns its exit code (design: 0 done, 1 a check failed, 2 wrong use or an image that
    cannot be read, 3 a source that cannot be reached, 128 and the number of the signal that ended it: 130 interrupted)."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        try:
            code = _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _report(error, debug="--debug" in arguments)
    return code


def _run(arguments: "list[str]") -> int:
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"layerscope {__version__}\n")
        return 0
    from layerscope.commands import overview, run

    if arguments[:1] in (["--help"], ["-h"], ["help"]):
        sys.stdout.write(overview())
        return 0
    return run(arguments)


def _discard_output() -> None:
    """Lets the interpreter's last flush succeed when standard output takes nothing any more."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return


def _report(error: Exception, debug: bool) -> int:
    """Writes the error as one line, with its traceback before it when ``debug``."""
    from layerscope.core.errors import LayerscopeError
    from layerscope.core.names import printable
    from layerscope.credentials import mask

    if debug:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, LayerscopeError):
        line, code = error.line(), error.exit_code
    elif isinstance(error, OSError) and error.errno in _UNWRITABLE and not error.filename:
        line, code = f"standard output cannot be written: {error.strerror}", 2
        _discard_output()
    else:
        line, code = f"unexpected {type(error).__name__}: {printable(' '.join(str(error).split()))}", 2
        line += "" if debug else "; this is a defect of layerscope: --debug shows where it happened"
    sys.stderr.write(f"layerscope: {mask(line)}\n")
    return code


def _open_missing_streams() -> None:
    """Gives a process that was started with closed streams (``>&-``) some: so that no file of an image becomes number 1, and
    what is printed fails as an error of writing, because nothing can be written to them."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None and os.open(os.devnull, os.O_RDWR if name == "stderr" else os.O_RDONLY) == number:
            setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", closefd=False))


def _clean_up_when_ended() -> None:
    """Lets SIGTERM and SIGHUP end the process as an error does, so that no half of a file stays behind. The second one ends it
    at once; one that the parent process ignores (``nohup``) stays ignored."""
    import signal

    def leave(number: int, _: object) -> "NoReturn":
        signal.signal(number, signal.SIG_DFL)
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, leave)
    sys.unraisablehook = _end_again


def _end_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Ends the process a moment later when a signal came while a destructor or a weak reference's callback ran: Python drops
    every exception there, and would go on."""
    import signal

    error = unraisable.exc_value
    if not isinstance(error, SystemExit | KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return

    def leave(*_: object) -> "NoReturn":
        raise error

    signal.signal(signal.SIGALRM, leave)
    signal.setitimer(signal.ITIMER_REAL, _AGAIN)


def _end_at_once(ended: "list[int]") -> None:
    """Ends the process with the code of a command that is done; what it wrote was flushed."""
    if ended:
        sys.stderr.flush()
        os._exit(ended[0])


def start() -> "NoReturn":
    """The process's own entry. One command makes millions of objects and keeps nearly all of them until the process ends, so
    they are neither looked through while it runs nor freed when it is done: the last thing that is done at exit ends the
    process. Threads that inflate and hash want the interpreter for microseconds at a time, so they get it soon."""
    import atexit

    ended: list[int] = []
    atexit.register(_end_at_once, ended)
    gc.disable()
    sys.setswitchinterval(_SWITCH)
    _open_missing_streams()
    _clean_up_when_ended()
    ended.append(main())
    sys.exit(ended[0])


if __name__ == "__main__":
    start()
