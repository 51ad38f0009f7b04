"""Histories of made-up images."""

from typing import Any

from layerscope.sources.image import Config, HistoryEntry, Platform

DIGEST = "c58af6cf7aea93be4a67804f425a17d245a0c276d654f1fee12d3071259c849b"


def config(history: list[dict[str, Any]], **more: Any) -> Config:
    return Config(platform=Platform("linux", "amd64"), history=tuple(HistoryEntry(**entry) for entry in history), **more)


def lines(*created_by: str) -> list[dict[str, Any]]:
    """Entries of a classic history; what begins with ``-`` made no layer."""
    return [{"created_by": line.removeprefix("-"), "empty_layer": line.startswith("-")} for line in created_by]
