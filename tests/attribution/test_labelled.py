"""What a person says that real paths are, and what layerscope says of them in images of the same shape."""

from collections import Counter
from functools import cache

import pytest

from layerscope.attribution.model import Attribution
from layerscope.core.vocabulary import CATEGORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from tests.attribution.labelled import VERSION, Image, Judgement, Label, images, judge, made_up, normal, table

LEAST = 0.98
"""The share of labels that layerscope has to agree with."""


@cache
def attributed_image(name: str) -> tuple[Filesystem, Attribution]:
    return made_up(images()[name])


@cache
def judgements(name: str) -> dict[Label, Judgement]:
    return {item.label: item for item in judge(images()[name], *attributed_image(name))}


def parameter(label: Label) -> object:
    """A label as a test of its own. Where layerscope is known to differ, the test tells when it no longer does."""
    reasons = dict(fact.split(": ", 1) for fact in images()[label.image].facts.get("differs", ()))
    marks = [pytest.mark.xfail(reason=reasons[label.path], strict=True)] if label.path in reasons else []
    return pytest.param(label, id=f"{label.image}:{label.path}", marks=marks)


@pytest.mark.parametrize("label", [parameter(label) for image in images().values() for label in image.labels])
def test_a_real_path_is_what_a_person_says(label: Label) -> None:
    found = judgements(label.image)[label].found
    assert (found.category, normal(found.name)) == (label.category, normal(label.component or found.name))
    if label.package and found.package:
        assert (found.package, found.version) == (label.package, VERSION)


def test_layerscope_agrees_with_people_in_98_of_100_labels() -> None:
    found = [item for name in images() for item in judgements(name).values()]
    assert sum(item.agrees for item in found) >= LEAST * len(found), "\n" + table(found)


def test_the_labelled_set_is_large_and_covers_the_categories() -> None:
    labels = [label for image in images().values() for label in image.labels]
    assert len(labels) >= 750
    assert sum(bool(image.fact("real")) for image in images().values()) >= 35
    counts = Counter(label.category for label in labels)
    assert set(counts) == set(CATEGORIES)
    assert min(count for category, count in counts.items() if category != "unknown") >= 20


@pytest.mark.parametrize("image", images().values(), ids=lambda image: image.name)
def test_what_is_not_labelled_in_these_images_is_known_too(image: Image) -> None:
    labelled = {label.path.lstrip("/").encode() for label in image.labels}
    filesystem, attribution = attributed_image(image.name)
    for path, entry in filesystem.visible.items():
        if path not in labelled and filesystem.kinds[entry] != Kind.DIRECTORY:
            assert attribution.component_of(entry).category != "unknown", path
