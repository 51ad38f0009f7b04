"""The commands are run many times on the demo here: each of its images is generated once, and analysed once for each wish."""

from functools import cache

import pytest

import layerscope.analysis
import layerscope.demo.generation
from layerscope.advice.ground import RecommendOptions
from layerscope.analysis import Analysis
from layerscope.sources.image import Image, Progress

_analyze = layerscope.analysis.analyze
_generate = cache(layerscope.demo.generation.generate)
_analyses: dict[tuple[str, str, bool], Analysis] = {}


def _analyze_demo_once(
    image: Image, progress: Progress | None = None, wanted: RecommendOptions | None = None, thorough: bool = False
) -> Analysis:
    if image.source != "demo":
        return _analyze(image, progress, wanted, thorough)
    key = image.reference, repr(wanted), thorough
    if key not in _analyses:
        _analyses[key] = _analyze(image, progress, wanted, thorough)
    return _analyses[key]


@pytest.fixture(autouse=True)
def _demo_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layerscope.analysis, "analyze", _analyze_demo_once)
    monkeypatch.setattr(layerscope.demo.generation, "generate", _generate)
