"""A fat image whose lean one can be made without an engine."""

from pathlib import Path

from layerscope.advice.ground import RecommendOptions
from layerscope.analysis import Analysis
from layerscope.proof.lean.materialise import Fat, LeanImage, materialise
from tests.support.archives import link
from tests.support.programs import Row, analysis_of, go_program, program

TOOLCHAIN: Row = ("usr/local/go/pkg/tool/compile", bytes(20_000_000))
BUNDLE: Row = ("etc/ssl/certs/ca-certificates.crt", b"bundle")
DATA: list[Row] = [("app/templates/a.html", b"<a>"), ("app/templates/b.html", b"<b>"), link("app/templates/c.html", "a.html")]
HISTORY = ["COPY go /usr/local/go", "RUN go build -o /app/server ."]


def fat_image(tmp_path: Path, **config: object) -> Analysis:
    server = go_program("crypto/x509.loadSystemRoots")
    config = {"Cmd": ["/app/server"], "WorkingDir": "/app", "Env": ["PORT=8080", 'GREETING=a "b" $c']} | config
    rows: list[Row] = [program("app/server", server), BUNDLE, *DATA]
    return analysis_of(tmp_path, [[TOOLCHAIN], rows], HISTORY, RecommendOptions(strip=False), **config)


def lean_of(analysis: Analysis) -> LeanImage:
    fat = Fat(analysis.filesystem, analysis.contents, analysis.image.config.platform)
    return materialise(fat, analysis.recommendation, None)
