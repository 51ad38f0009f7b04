"""What the image is, in one second: its size, what the program needs of it, what could go."""

from collections.abc import Iterator

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Digits, Static

from layerscope.analysis import Analysis
from layerscope.core.units import counted, percent
from layerscope.report.wording import predicted, visible
from layerscope.tui.text import size


def plan_text(analysis: Analysis) -> str:
    """The recommendation in one line."""
    plan = analysis.recommendation
    if not plan.dockerfile:
        return plan.risks[0].text if plan.risks else "no smaller image can honestly be recommended"
    if plan.removed <= 0:
        return "nothing worth removing was found"
    base = f"FROM {plan.base.reference}" if plan.base is not None else "FROM scratch"
    copies = counted(len(plan.copies), "COPY line")
    return f"{base} · {copies}"


class Headline(Horizontal):
    """Large digits where there is room, one line where there is not (where the class ``-in-one-line`` is set). Subclasses say
    what the digits are."""

    DEFAULT_CSS = """
    Headline {
        height: 3;
        padding: 0 1;
        & Digits { width: auto; text-style: bold; }
        & .unit { width: auto; padding: 0 3 0 1; height: 3; color: $foreground 75%; }
        & .unit:ansi { color: ansi_default; }
        & #digits-after, & #digits-change { color: $text-success; }
        &.-growth #digits-change { color: $text-error; }
        & #aside { width: 1fr; height: 3; text-align: right; color: $foreground 75%; }
        & #aside, & #in-one-line { text-wrap: nowrap; text-overflow: ellipsis; }
        & #aside:ansi { color: ansi_default; }
        & #in-one-line { display: none; width: 1fr; height: 1; }
        &.-in-one-line {
            height: 1;
            & Digits, & .unit, & #aside { display: none; }
            & #in-one-line { display: block; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="headline")

    def figures(self) -> Iterator[tuple[str, str, str]]:
        """Each number, as it is written with its unit, with its name (``before``, ``after``, ``change``) and what it is of."""
        raise NotImplementedError

    def aside(self) -> Text:
        """What stands at the right."""
        raise NotImplementedError

    def one_line(self) -> Text:
        """All of it in a line."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        for name, amount, what in self.figures():
            number, _, unit = amount.rpartition(" ")
            yield Digits(number.removeprefix("< "), id=f"digits-{name}")
            yield Static(Text(f"{unit}\n{what}"), classes="unit")
        yield Static(self.aside(), id="aside")
        yield Static(self.one_line(), id="in-one-line")


class ImageHeadline(Headline):
    """What the image is, what its program needs of it, what could go."""

    def __init__(self, analysis: Analysis) -> None:
        super().__init__()
        self._analysis = analysis
        self._plan = analysis.recommendation
        self._removes = bool(self._plan.dockerfile) and self._plan.removed > 0

    def figures(self) -> Iterator[tuple[str, str, str]]:
        plan, stored = self._plan, self._analysis.sizes.stored
        yield "before", size(stored), "in this\nimage"
        if self._removes:
            yield "after", size(plan.predicted_size), "at least,\nand a base" if plan.lower_bound else "the program\nneeds"
            yield "change", percent(plan.removed, stored), f"{'at most' if plan.lower_bound else 'can be'}\nleft behind"

    def aside(self) -> Text:
        plan = self._plan
        lines = [Text(visible(plan_text(self._analysis)), style="bold")]
        if plan.boundary is not None and self._removes:
            lines = [Text("recommended last stage"), *lines, Text(f"after: {visible(plan.boundary.instruction)}")]
        return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)

    def one_line(self) -> Text:
        plan, stored = self._plan, self._analysis.sizes.stored
        line = Text(size(stored), style="bold", no_wrap=True, overflow="ellipsis")
        line.append(" image", style="not bold")
        if self._removes:
            line.append(f" → {predicted(plan)}")
            line.append(" the program needs · ", style="not bold")
            line.append(percent(plan.removed, stored))
            line.append(" removable at most" if plan.lower_bound else " removable", style="not bold")
        line.append(f" · {visible(plan_text(self._analysis))}", style="not bold")
        return line
