"""The image configuration (OCI image-spec, config.md), as forgivingly read as it can be."""

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.sources.image import Config, Healthcheck, HistoryEntry, Platform
from layerscope.sources.json_fields import Fields


def read_config(document: object, problems: list[str]) -> Config:
    """The configuration in a JSON ``document``; what is malformed in it is left out and added to ``problems``.

    Raises :class:`ImageError` when the document is no object at all, or has more layers than an image may have.
    """
    if not isinstance(document, dict):
        raise ImageError("the image configuration is not a JSON object", "the image is damaged: fetch or save it again")
    top = Fields(document, "config", problems)
    inner = top.fields("config")
    diff_ids = top.fields("rootfs").texts("diff_ids")
    entries = top.many("history")
    if len(entries) > limits.HISTORY_ENTRIES:
        problems.append(limits.exceeded("a history", len(entries), limits.HISTORY_ENTRIES))
    history = tuple(_history_entry(entry) for entry in entries[: limits.HISTORY_ENTRIES])
    if len(diff_ids) > limits.LAYERS:
        raise ImageError(limits.exceeded("a number of layers", len(diff_ids), limits.LAYERS))
    return Config(
        platform=Platform(top.text("os") or "unknown", top.text("architecture") or "unknown", top.text("variant")),
        entrypoint=inner.texts("Entrypoint"),
        cmd=inner.texts("Cmd"),
        env=inner.texts("Env"),
        working_dir=inner.text("WorkingDir"),
        user=inner.text("User"),
        exposed_ports=inner.keys("ExposedPorts"),
        volumes=inner.keys("Volumes"),
        labels=inner.mapping("Labels"),
        stop_signal=inner.text("StopSignal"),
        healthcheck=_healthcheck(inner.fields("Healthcheck")),
        shell=inner.texts("Shell"),
        on_build=inner.texts("OnBuild"),
        created=top.text("created"),
        diff_ids=diff_ids,
        history=history,
    )


def _history_entry(fields: Fields) -> HistoryEntry:
    return HistoryEntry(
        created_by=fields.text("created_by"),
        comment=fields.text("comment"),
        author=fields.text("author"),
        created=fields.text("created"),
        empty_layer=fields.flag("empty_layer"),
    )


def _healthcheck(fields: Fields) -> Healthcheck | None:
    if not fields:
        return None
    return Healthcheck(
        test=fields.texts("Test"),
        interval=fields.number("Interval"),
        timeout=fields.number("Timeout"),
        start_period=fields.number("StartPeriod"),
        start_interval=fields.number("StartInterval"),
        retries=fields.number("Retries"),
    )
