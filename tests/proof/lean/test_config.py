"""The lean image's configuration: the base's, changed by the instructions of the last stage."""

from layerscope.proof.lean.config import config_after
from layerscope.sources.image import Config, Platform


def test_the_configuration_is_what_the_instructions_say() -> None:
    base = Config(
        platform=Platform("linux", "amd64"), env=("PATH=/opt/bin:/bin", "LANG=C"), cmd=("sh",), entrypoint=("/start",)
    )
    config = config_after(
        base,
        (
            r'ENV A="b \"c\" \$d"',
            "ENV PATH=/venv/bin:$PATH",
            "WORKDIR /app",
            "USER 1000:1000",
            "EXPOSE 80/tcp",
            'HEALTHCHECK --interval=30s --timeout=1500ms --retries=3 CMD ["/check", "-q"]',
            'ENTRYPOINT ["/app/x"]',
            'CMD ["-a", "b c"]',
        ),
    )
    assert config.environment() == {"PATH": "/venv/bin:/opt/bin:/bin", "LANG": "C", "A": 'b "c" $d'}
    assert (config.working_dir, config.user, config.exposed_ports) == ("/app", "1000:1000", ("80/tcp",))
    assert (config.entrypoint, config.cmd) == (("/app/x",), ("-a", "b c"))
    assert config.healthcheck is not None
    assert (config.healthcheck.test, config.healthcheck.interval) == (("CMD", "/check", "-q"), 30_000_000_000)
    assert (config.healthcheck.timeout, config.healthcheck.retries) == (1_500_000_000, 3)
    assert config_after(base, ("ENTRYPOINT []",)).cmd == ()
