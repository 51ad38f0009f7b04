"""What can go wrong, each with the exit code of the command line.

An error is one line: what was wrong, where, and what to try. Its text may quote names from an image, so they
pass :func:`layerscope.core.names.printable` first.
"""


class LayerscopeError(Exception):
    """Base of every error that the command line reports as one line.

    ``exit_code`` is what the process ends with; ``hint`` says what to try, and may be empty.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def line(self) -> str:
        """The message and its hint on one line."""
        text = f"{self}; {self.hint}" if self.hint else str(self)
        return " ".join(text.split())


class UsageError(LayerscopeError):
    """The command was used wrongly: exit code 2."""


class PathNotFound(UsageError):
    """The image does not have a path, as far as it could be read: exit code 2. ``path`` is printable."""

    def __init__(self, path: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.path = path


class ImageError(LayerscopeError):
    """The image, or a part of it that is needed, cannot be read: exit code 2."""


class LimitError(ImageError):
    """An image asks for more than :mod:`layerscope.core.limits` allow: exit code 2."""


class SourceError(LayerscopeError):
    """The place that should have the image cannot be reached, or does not have it: exit code 3."""

    exit_code = 3


class ImageNotFound(SourceError):
    """An engine answered, and has no image of that name: exit code 3. Pulling it may help."""


class NotInRegistry(SourceError):
    """A registry answered, and has no such image or part of one, or does not give it: exit code 3."""


class Cancelled(LayerscopeError):
    """Somebody asked the work to stop: exit code 130, as after an interrupt."""

    exit_code = 130
