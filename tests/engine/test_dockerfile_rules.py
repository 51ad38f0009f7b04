"""BuildKit itself builds what our reader reads and our edits write.

``LAYERSCOPE_ENGINES`` are sockets of further engines: that of the first one is taken, as its BuildKit knows heredocs.
"""

import io
import json
import os
import shlex
import subprocess
import tarfile
from collections.abc import Iterator

import pytest

from layerscope.advice.dockerfile import quoting
from layerscope.advice.dockerfile.edit import extended, wrapped
from layerscope.core.errors import UsageError
from layerscope.dockerfile.escapes import with_escape
from layerscope.dockerfile.expansion import expand
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import Stage, carried_out, chain, global_arguments, stages, target_stage
from tests.engine.conftest import DOCKER, absent

pytestmark = pytest.mark.engine

SECOND = next(iter(os.environ.get("LAYERSCOPE_ENGINES", "").split()), "")

READ = {
    "words of ENV": 'FROM scratch\nARG V=1\nENV A=$V B="a \\"b\\" \\$c" C=\'$V "x"\' D=a\\ b\nENV E x  y $V\nENV F=${V:+1}\n',
    "patterns": "FROM scratch\nARG P=/usr/lib/x.tar.gz\nENV A=${P##*/} B=${P%.*} C=${P%%.*} D=${P#*/} E=${P/lib/L}\n",
    "heredocs": 'FROM scratch\nCOPY <<A <<-"B" /c/\nENV A=0\nA\n\tENV A=1\n\tB\nENV A=2\nCOPY <<\\C /d\nENV A=3\nC\n',
    "continuations": "FROM \\\n # c\n\n scratch\nENV A=1 \\  \n\n# FROM x\n B=2\\\n3\n",
    "another escape character": '# escape=`\nFROM scratch\nENV A=C:\\x `\n B="`"q`" `$x ``"\n',
    "no directive": "# c\n# escape=`\nFROM scratch\nENV A=a\\\nb\n",
    "a byte order mark": "\ufeffFROM scratch\nENV A=1\n",
    "lines of windows": "FROM scratch\r\nENV A=1 \\\r\n B=2\r\nCOPY <<A /x\r\nENV A=3\r\nA\r\n",
    "stages by their names": "ARG S=low\nFROM scratch AS Low\nENV A=low\nFROM ${S} AS Top\nENV B=$A\nFROM low\nENV C=$A\n",
    "arguments of stages": "ARG V=1\nFROM scratch AS a\nENV A=x$V\nFROM a\nARG V\nENV B=$V\nARG W=${V}2\nENV C=$W\n",
}
REFUSED = {
    "a heredoc without an end": "FROM scratch\nCOPY <<A /x\nb\n A\n",
    "two escape characters": "# escape=`\n# escape=`\nFROM scratch\n",
    "an escape character that is none": "# escape=x\nFROM scratch\n",
    "a list with a number": 'FROM scratch\nCMD ["a", 1]\n',
    "a FROM of two words": "FROM scratch x\n",
    "an instruction in front of FROM": "ENV A=1\nFROM scratch\n",
}
OWN = {
    "build arguments": "FROM scratch\nARG V=1\nARG P\nENV A=v${V}\nENV B=$A-x\nLABEL l=$V\nEXPOSE ${P:-80}\n",
    "over comments": "ARG S=scratch\nFROM \\\n  # c\n\n  ${S}\nENV A=1\nCOPY <<SQL /q\nFROM users\nSQL\nCMD x \\\n",
    "a target": "FROM scratch AS Prod\nENV A=1\nFROM prod AS test\nCOPY --from=PROD / /p\n",
    "two heredocs": 'FROM scratch AS Go1\nCOPY <<A <<-"B" /c/\nFROM x\nA\n\tENV A\n\tB\nFROM scratch\nCOPY --from=GO1 /c /\n',
    "instructions for stages on it": "FROM scratch AS Base\nONBUILD ARG W=2\nONBUILD ENV X=$W\nFROM base\nENV Y=${X}1\n",
    "an argument that is hidden": "FROM scratch\nARG V\nARG S=${V:-dev}\nENV V=${V:-0}\nENV F=$V-$S\n",
    "old forms": "FROM scratch\nARG V='a b'\nENV A $V and $V\nLABEL a $V\n\nMAINTAINER me\n",
    "a backtick": "# escape=`\r\nFROM scratch AS Mixed\r\nARG V=1\r\nENV A=`$$V `\r\n B=c:\\\r\n",
}


@pytest.fixture
def buildkit() -> Iterator["BuildKit"]:
    if not SECOND:
        absent("LAYERSCOPE_ENGINES names no second engine")
    found = BuildKit()
    yield found
    found.remove()


class BuildKit:
    """Builds texts, and tells the configuration of what came out."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def build(self, text: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        command = [DOCKER, "-H", SECOND, "build", "-q", *options, "-"]
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, env={**os.environ, "DOCKER_BUILDKIT": "1"}, timeout=300
        )
        self.made += [done.stdout.decode().strip()] if done.returncode == 0 and "-o" not in options else []
        return done

    def config(self, text: str, *options: str) -> dict[str, object]:
        done = self.build(text, *options)
        assert done.returncode == 0, f"{text}\n{done.stderr.decode()[-2000:]}"
        told = subprocess.run([DOCKER, "-H", SECOND, "image", "inspect", self.made[-1]], capture_output=True, check=True).stdout
        return dict(json.loads(told)[0]["Config"])

    def environment(self, text: str, *options: str) -> dict[str, str]:
        found = self.config(text, *options)["Env"]
        assert isinstance(found, list)
        return {name: value for name, _, value in (entry.partition("=") for entry in found) if name != "PATH"}

    def remove(self) -> None:
        subprocess.run([DOCKER, "-H", SECOND, "image", "rm", *dict.fromkeys(self.made)], capture_output=True)


def predicted(text: str, target: str) -> dict[str, str]:
    """ENV of an image on nothing, by our reader."""
    file = read(text)
    found = stages(file)
    variables: dict[str, str] = {}
    for instructions in carried_out(chain(found, target_stage(found, target), file)):
        arguments: dict[str, str] = {}
        for item in instructions:
            values = {**arguments, **variables}
            if item.keyword == "ENV":
                variables |= {name: expand(raw, values, file.escape) for name, raw in item.assignments}
            for word in item.words if item.keyword == "ARG" else ():
                name, has_value, raw = word.text.partition("=")
                given = expand(raw, values, file.escape) if has_value else global_arguments(file).get(name)
                arguments |= {name: given} if given is not None else {}
    return variables


def targeted(stage: Stage) -> list[str]:
    """The option that builds a stage: BuildKit finds it by its name, and only the last one without."""
    return ["--target", stage.written_name] if stage.name else []


@pytest.mark.parametrize("case", READ)
def test_every_stage_has_the_environment_that_is_read_in_the_file(case: str, buildkit: BuildKit) -> None:
    for stage in stages(read(READ[case])):
        assert buildkit.environment(READ[case], *targeted(stage)) == predicted(READ[case], str(stage.number))


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_refused_by_it_too(case: str, buildkit: BuildKit) -> None:
    assert buildkit.build(REFUSED[case]).returncode != 0
    with pytest.raises(UsageError):
        stages(read(REFUSED[case]))


@pytest.mark.parametrize("case", OWN)
def test_a_file_with_a_new_last_stage_builds_at_every_stage(case: str, buildkit: BuildKit) -> None:
    target = "prod" if case == "a target" else ""
    builder = wrapped(OWN[case], target)
    environment = predicted(OWN[case], target)
    said = "".join(f'ENV {name}="{value}"\n'.replace("\\", "\\\\").replace("$", "\\$") for name, value in environment.items())
    text = extended(builder, f"FROM scratch\n{said}COPY --from={builder.name} / /\n").text
    for stage in stages(read(text)):
        assert buildkit.environment(text, *targeted(stage)) == predicted(text, str(stage.number))
    assert buildkit.environment(text, *(["--target", target] if target else [])) == environment


PATHS = ["/d/a\\b", "/d/st*r", "/d/b[c]?", "/d/q\"'", "/d/$x", "/d/`t"]


@pytest.mark.parametrize("escape", ["\\", "`"])
def test_files_of_every_name_are_copied_to_that_name(escape: str, buildkit: BuildKit) -> None:
    """COPY with a heredoc makes them, COPY --from in our words copies them."""
    made = "".join(f"COPY <<E {shlex.quote(path)}\nx\nE\n" for path in PATHS)
    copies = "".join(f"COPY --from=made {quoting.copy_paths(path.encode(), path.encode())}\n" for path in PATHS)
    text = f"# escape={escape}\nFROM scratch AS made\n{made}FROM scratch\n{with_escape(copies, escape)}"
    done = buildkit.build(text, "-o", "-")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as files:
        assert sorted(f"/{item.name}" for item in files if item.isfile()) == sorted(PATHS)


def test_settings_of_every_text_are_those_that_were_written(buildkit: BuildKit) -> None:
    lines = [
        f"ENV {quoting.assignment('--x', 'a b')}",
        f"ENV {quoting.assignment('a b', '$HOME')}",
        f"WORKDIR {quoting.path('/w $x/q' + chr(34))}",
        f"USER {quoting.user('a $b:c')}",
        f"VOLUME {quoting.volumes(('/v $x', '/v`'))}",
        f"HEALTHCHECK CMD {quoting.shell_form('a $x | b ; c')}",
    ]
    found = buildkit.config("\n".join(["FROM scratch", *lines, ""]))
    assert set(found["Env"]) >= {"--x=a b", "a b=$HOME"}  # type: ignore[call-overload]
    assert found["WorkingDir"] == '/w $x/q"'
    assert found["User"] == "a $b:c"
    assert set(found["Volumes"]) == {"/v $x", "/v`"}  # type: ignore[call-overload]
    assert found["Healthcheck"] == {"Test": ["CMD-SHELL", "a $x | b ; c"]}


def test_user_directory_and_signal_follow_build_arguments(buildkit: BuildKit) -> None:
    own = "FROM scratch\nARG U=1000 G S\nARG D=/srv\nENV H=$D/x\nWORKDIR ${H}/y\nUSER $U:${G:-1}\nSTOPSIGNAL SIG${S:-INT}\n"
    text = extended(wrapped(own), "FROM scratch\nENV H=/srv/x\nWORKDIR /srv/x/y\nUSER 1000:1\nSTOPSIGNAL SIGINT\n").text
    found = buildkit.config(text, "--build-arg", "U=7", "--build-arg", "D=/d e")
    assert (found["User"], found["WorkingDir"], found["StopSignal"]) == ("7:1", "/d e/x/y", "SIGINT")


def test_build_arguments_reach_the_new_last_stage(buildkit: BuildKit) -> None:
    said = "ENV A=v1\nENV B=v1-x\nLABEL l=1\nEXPOSE 80/tcp\n"
    text = extended(wrapped(OWN["build arguments"]), f"FROM scratch\n{said}").text
    found = buildkit.config(text, "--build-arg", "V=2", "--build-arg", "P=90")
    assert found["Labels"] == {"l": "2"}
    assert found["ExposedPorts"] == {"90/tcp": {}}
    assert buildkit.environment(text, "--build-arg", "V=2") == {"A": "v2", "B": "v2-x"}
