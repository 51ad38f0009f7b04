"""What the literals of an application's source name: programs, where code puts what it starts, and paths."""

import ast

import pytest

from layerscope.needs.languages.python.literals import Literals, read_literals


def literals_of(text: str) -> Literals:
    return read_literals(list(ast.walk(ast.parse(text))))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cmd = ['git', 'log']", ["git"]),
        ("def sh(*words): subprocess.run(words)\nsh('ffmpeg', '-i')", ["ffmpeg", "-i"]),
        ("from tools import sh\nsh('ffmpeg')", ["ffmpeg"]),
        ("found = {name: which(name) for name in ('ffmpeg', 'git', 'jq')}", ["ffmpeg", "git", "jq"]),
        ("dot = os.environ.get('DOT', 'dot')", ["dot"]),
        ("dot = os.environ.get('DOT') or 'dot'", ["dot"]),
        ("TOOL = 'tesseract'", ["tesseract"]),
        ("def convert(tool='magick'): pass", ["magick"]),
        ("TOOLS = {'pdf': 'pdftotext', 'ps': 'gs'}", ["pdftotext", "gs"]),
        ("run(f'pandoc -o {target}', shell=True)", ["pandoc"]),
        ("line = 'cd /tmp && LANG=C sudo git log | sort -u; jq .'", ["cd", "git", "sudo", "sort", "jq"]),
        ("os.execvp('nginx', ['nginx'])", ["nginx"]),
        ("start(executable='qpdf')", ["qpdf"]),
    ],
)
def test_words_that_stand_where_programs_are_named(line: str, words: list[str]) -> None:
    assert set(literals_of(f"import subprocess\n{line}").words) == set(words)


def test_other_words_name_no_program() -> None:
    text = "import subprocess\nrequest.files['file']\nif kind == 'import': pass\nform.get('convert')\nprint('identify')\n"
    assert not literals_of(text).words


def test_a_file_that_starts_no_programs_names_none() -> None:
    assert not literals_of("TOOL = 'git'\n").words


def test_paths_are_those_with_which_texts_begin() -> None:
    text = "a = '/models/small'\nb = f'/data/{name}.csv'\nc = root + '/not/this'\nd = '~/.cache/x'\ne = f'{root}/nor/this'\n"
    assert set(literals_of(text).paths) == {"/models/small", "~/.cache/x", "/data/"}
