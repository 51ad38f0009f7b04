"""``layerscope demo``: the embedded fat image, or the lean one."""

from layerscope.commands.input.arguments import command_parser
from layerscope.commands.input.loading import DEMO, Request
from layerscope.commands.open import show


def run(arguments: list[str]) -> int:
    """Opens an embedded image in the app, or prints its report where there is no terminal."""
    parser = command_parser(
        "demo",
        "All of it on an embedded image: no engine, no network. `layerscope compare demo:fat demo:lean` shows the pair.",
    )
    parser.add_argument("--lean", action="store_true", help="the multi-stage image of the same program instead of the fat one")
    options = parser.parse_args(arguments)
    which, title = ("lean", "go-app:multistage") if options.lean else ("fat", "go-app:single")
    return show(Request(reference=f"{DEMO}{which}"), f"demo: {title}")
