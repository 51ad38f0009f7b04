"""The lean image without an engine: its layers, their files, and the base below them."""

import tarfile
from pathlib import Path

from tests.support.proofs import fat_image, lean_of


def test_the_lean_image_has_exactly_the_predicted_bytes_and_a_layer_for_each_copy(tmp_path: Path) -> None:
    analysis = fat_image(tmp_path)
    lean = lean_of(analysis)
    assert lean.stored == analysis.recommendation.predicted_size
    assert len(lean.layers) == len(analysis.recommendation.copies)
    names: set[str] = set()
    for layer in lean.layers:
        layer.content.seek(0)
        with tarfile.open(fileobj=layer.content) as tar:
            names.update(tar.getnames())
    assert {"app/server", "app/templates/a.html", "app/templates/c.html", "etc/ssl/certs/ca-certificates.crt"} <= names
    assert not [name for name in names if name.startswith("usr/local/go")]
