"""An image that tries to break out of every report: the worst text in every place that an image can fill."""

from msgspec.structs import replace

from layerscope.advice.delivery.model import Copy
from layerscope.advice.remarks import Code, Remark
from layerscope.analysis import Analysis
from layerscope.attribution.model import Component
from layerscope.history.instructions import Instruction
from layerscope.needs.model import Because, Need
from tests.support.analyses import go_image

ATTACK = (
    "a|b`c`` [x](http://evil.example) <b>![y](z)</b> \x1b[31m\u202e\n| # boo \"'> onload=x </script></style></title>"
    "<!-- <script> ]]> &lt; {{ 7 * 7 }} \u2028 =1+1"
)
"""Markdown, HTML, SVG, JSON in a script, terminal escapes, directions, templates, formulas."""


def hostile(attack: str = ATTACK) -> Analysis:
    """The hand-made Go image, with the text in every place."""
    analysis = go_image()
    name = attack.encode()
    attribution = analysis.attribution
    components = tuple(Component(category=item.category, name=attack, version=attack) for item in attribution.components)
    rows = tuple(replace(row, paths=(name, name)) for row in attribution.sizes)
    history = replace(
        analysis.history,
        instructions=tuple(
            Instruction(
                index=item.index, keyword="RUN", text=attack.replace("\n", " "), raw=attack, builder="", layer=item.layer
            )
            for item in analysis.history.instructions
        ),
        note=attack,
        base_reference=attack,
        base_known=attack,
    )
    needs = tuple(
        Need(path=name, entry=need.entry, role=need.role, because=(Because("asked for by", name),))
        for need in analysis.runtime.needs
    )
    plan = replace(
        analysis.recommendation,
        copies=(Copy(b"/" + name, b"/" + name, 1, attack),),
        risks=(Remark(Code.UNRESOLVED, attack),),
        config=(attack,),
        dockerfile="FROM scratch\n# ```\n" + attack + "\n````\n",
    )
    findings = tuple(
        replace(item, title=attack, paths=(name,), evidence=(attack,), remedy=attack) for item in analysis.findings
    )
    return replace(
        analysis,
        image=replace(analysis.image, reference=attack),
        history=history,
        attribution=replace(attribution, components=components, sizes=rows),
        runtime=replace(analysis.runtime, entrypoint=(attack,), working_dir=attack, needs=needs),
        recommendation=plan,
        findings=findings,
        problems=(attack,),
    )
