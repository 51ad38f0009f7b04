"""What an image, or a pair, is in one second: its size, the size that it could have, and the change."""

from collections.abc import Iterable, Iterator

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Digits, Static

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison
from layerscope.core.units import counted, percent
from layerscope.report.wording import predicted, visible
from layerscope.tui.text import signed, size


class Headline(Horizontal):
    """Large digits, and an aside, where there is room; one line where there is not (with the class ``-in-one-line``)."""

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

    def __init__(
        self, figures: Iterable[tuple[str, str, str]], aside: Iterable[Text], one_line: Iterable[tuple[str, bool]]
    ) -> None:
        """``figures`` are a name (``before``, ``after``, ``change``), an amount with its unit, and what it is of, in two lines;
        the parts of ``one_line`` are bold or not."""
        super().__init__(id="headline")
        self._figures = figures
        self._aside = Text("\n", no_wrap=True, overflow="ellipsis").join(aside)
        self._one_line = Text(style="bold", no_wrap=True, overflow="ellipsis")
        for part, is_bold in one_line:
            self._one_line.append(part, style="" if is_bold else "not bold")

    def compose(self) -> ComposeResult:
        for name, amount, what in self._figures:
            number, _, unit = amount.rpartition(" ")
            yield Digits(number.removeprefix("< "), id=f"digits-{name}")
            yield Static(Text(f"{unit}\n{what}"), classes="unit")
        yield Static(self._aside, id="aside")
        yield Static(self._one_line, id="in-one-line")


def image_headline(analysis: Analysis) -> Headline:
    """What the image is, what its program needs of it, what could go."""
    return Headline(_image_figures(analysis), _image_aside(analysis), _image_line(analysis))


def _removes(analysis: Analysis) -> bool:
    return bool(analysis.recommendation.dockerfile) and analysis.recommendation.removed > 0


def plan_text(analysis: Analysis) -> str:
    """The recommendation in one line."""
    plan = analysis.recommendation
    if not plan.dockerfile:
        return plan.risks[0].text if plan.risks else "no smaller image can honestly be recommended"
    if plan.removed <= 0:
        return "nothing worth dropping was found"
    base = f"FROM {plan.base.reference}" if plan.base is not None else "FROM scratch"
    return f"{base} · {counted(len(plan.copies), 'COPY line')} · {plan.rung}"


def _image_figures(analysis: Analysis) -> Iterator[tuple[str, str, str]]:
    plan, stored = analysis.recommendation, analysis.sizes.stored
    yield "before", size(stored), "in this\nimage"
    if _removes(analysis):
        about = "≈ " if plan.estimated and not plan.lower_bound else ""
        yield (
            "after",
            f"{about}{size(plan.predicted_size)}",
            "at least,\nand a base" if plan.lower_bound else "the program\nneeds",
        )
        can = "at most" if plan.lower_bound else "can be"
        yield "change", percent(plan.removed, stored), f"{can}\ndropped"


def _image_aside(analysis: Analysis) -> Iterator[Text]:
    boundary = analysis.recommendation.boundary if _removes(analysis) else None
    if boundary is not None:
        yield Text("recommended last stage")
    yield Text(visible(plan_text(analysis)), style="bold")
    if boundary is not None:
        yield Text(f"after: {visible(boundary.instruction)}")


def _image_line(analysis: Analysis) -> Iterator[tuple[str, bool]]:
    plan, stored = analysis.recommendation, analysis.sizes.stored
    yield size(stored), True
    yield " image", False
    if _removes(analysis):
        yield f" → {predicted(plan)}", True
        yield " the program needs · ", False
        yield percent(plan.removed, stored), True
        yield " dropped at most" if plan.lower_bound else " dropped", False
    yield f" · {visible(plan_text(analysis))}", False


def pair_headline(comparison: Comparison) -> Headline:
    """``879 MB → 12.3 MB``, ``−98.6 %``."""
    change = signed(-comparison.gap)
    sign = change[0] if comparison.gap else ""
    share = percent(abs(comparison.gap), comparison.fat.sizes.stored)
    shared = comparison.shared_layers
    layers = f"{counted(shared.count, 'layer')} shared, {size(shared.stored)}" if shared.count else "no layer is shared"
    facts = layers, f"{counted(len(comparison.remaining), 'finding')} in the lean image"
    fat, lean = (size(side.sizes.stored) for side in (comparison.fat, comparison.lean))
    figures = (
        ("before", fat, "in the\nfat image"),
        ("after", lean, "in the\nlean image"),
        ("change", sign + share.removeprefix("< "), "from fat\nto lean"),
    )
    less = f"{share} {'less' if comparison.gap > 0 else 'more'}" if share.startswith("<") else sign + share
    line = (f" {fat} → {lean}  {less}", True), (f"   {' · '.join((change, *facts))}", False)
    aside = Text(f"{change} explained below, to the last byte", style="bold"), *map(Text, facts)
    headline = Headline(figures, aside, line)
    headline.set_class(comparison.gap < 0, "-growth")
    return headline
