"""Shapes of things."""
import abc


class Shape(abc.ABC):
    """Anything with an area."""

    @abc.abstractmethod
    def area(self) -> float:
        """Area in square metres."""


class Square(Shape):
    """A square.

    Args:
        side: length of the side
    """

    def __init__(self, side: int):
        self.side = side

    def area(self) -> float:
        return self.side ** 2
