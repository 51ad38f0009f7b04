"""Both configurations, key by key, in a Dockerfile's words."""

from pathlib import Path

from layerscope.comparison.compare import compare
from layerscope.comparison.configuration import compare_configs
from layerscope.comparison.model import ConfigPair
from layerscope.credentials import MASK
from layerscope.sources.image import Config, Healthcheck, Platform
from tests.support.programs import analysis_of

PLATFORM = Platform("linux", "amd64")
FULL = Config(
    platform=PLATFORM,
    entrypoint=("/app/server",),
    cmd=("--port", "80 80"),
    env=("PATH=/usr/bin", "EMPTY=", "PATH=/bin"),
    working_dir="/app",
    user="app",
    exposed_ports=("9090/tcp", "8080/tcp"),
    volumes=("/data", "/cache"),
    labels={"org.opencontainers.image.title": "shop"},
    stop_signal="SIGINT",
    healthcheck=Healthcheck(
        test=("CMD-SHELL", "curl -f localhost || exit 1"), interval=30_000_000_000, timeout=3_000_000_000, retries=3
    ),
    shell=("/bin/bash", "-c"),
)


def test_every_instruction_has_its_key_and_each_variable_and_label_its_own() -> None:
    assert compare_configs(FULL, Config(platform=PLATFORM)) == tuple(
        ConfigPair(key, text, None)
        for key, text in (
            ("ENV EMPTY", ""),
            ("ENV PATH", "/bin"),
            ("LABEL org.opencontainers.image.title", "shop"),
            ("WORKDIR", "/app"),
            ("USER", "app"),
            ("EXPOSE", "8080/tcp 9090/tcp"),
            ("VOLUME", '["/cache", "/data"]'),
            ("STOPSIGNAL", "SIGINT"),
            ("SHELL", '["/bin/bash", "-c"]'),
            ("HEALTHCHECK", "--interval=30s --timeout=3s --retries=3 CMD curl -f localhost || exit 1"),
            ("ENTRYPOINT", '["/app/server"]'),
            ("CMD", '["--port", "80 80"]'),
        )
    )


def test_equal_keys_are_told_too_with_both_sides() -> None:
    pairs = compare_configs(FULL, FULL)
    assert len(pairs) == 12
    assert all(pair.fat == pair.lean is not None for pair in pairs)


def test_a_healthcheck_without_a_shell_and_none_at_all() -> None:
    checked = Config(platform=PLATFORM, healthcheck=Healthcheck(test=("CMD", "/health", "-q"), interval=90_000_000_000))
    without = Config(platform=PLATFORM, healthcheck=Healthcheck(test=("NONE",)))
    assert compare_configs(checked, without) == (ConfigPair("HEALTHCHECK", '--interval=90s CMD ["/health", "-q"]', "NONE"),)


def test_the_order_of_ports_is_no_difference() -> None:
    one, other = (
        Config(platform=PLATFORM, exposed_ports=("1/tcp", "2/tcp")),
        Config(platform=PLATFORM, exposed_ports=("2/tcp", "1/tcp")),
    )
    (pair,) = compare_configs(one, other)
    assert pair.fat == pair.lean


def test_credentials_are_masked(tmp_path: Path) -> None:
    leaky = analysis_of(tmp_path, [[("x", b"1")]], Env=["API_TOKEN=ghp_0123456789abcdefghijklmnopqrstuvwxyz"])
    (pair,) = compare(leaky, leaky).config
    assert pair == ConfigPair("ENV API_TOKEN", MASK, MASK)
