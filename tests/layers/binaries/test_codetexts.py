"""The literal texts in the machine code of programs of Go and Rust."""

from struct import pack

from layerscope.layers.binaries.codetexts import texts_among, texts_for
from tests.support.programs import build_information, elf, go_program, line_table

STARTERS = frozenset((b"os/exec.Command",))
_FUNCTION = 64
_NAMES = {"os/exec.Command": _FUNCTION, "main.run": _FUNCTION, "main.main": _FUNCTION, "main.texts": 64}
_TEXTS = b"git" + b"ffmpeg -i" + b"\x01\x02\x03"
_TEXTS_AT = 3 * _FUNCTION


def address(at: int, text: int, register: bytes = b"\x48\x8d\x05") -> bytes:
    """``lea register, [rip+…]`` for the text at an offset among the texts."""
    return register + pack("<i", _TEXTS_AT + text - (at + 7))


def call(at: int, function: int) -> bytes:
    return b"\xe8" + pack("<i", function * _FUNCTION - (at + 5))


def program_of(run: bytes, main: bytes) -> bytes:
    """A program whose functions have this code."""
    code = b"".join(part.ljust(_FUNCTION, b"\x90") for part in (b"\xc3", run, main, _TEXTS))
    sections = {".text": code, ".go.buildinfo": build_information(), ".gopclntab": line_table(_NAMES)}
    return elf(sections=sections)


def test_the_text_in_front_of_a_call_is_found_by_its_address_and_length() -> None:
    at = _FUNCTION
    code = address(at, 0) + b"\xbb\x03\0\0\0" + call(at + 12, 0)
    assert texts_for(program_of(code, b""), STARTERS) == [b"git"]


def test_what_a_function_passes_on_is_looked_for_where_that_is_called() -> None:
    at = 2 * _FUNCTION
    main = address(at, 3) + b"\xbb\x09\0\0\0" + call(at + 12, 1)
    assert texts_for(program_of(call(_FUNCTION, 0), main), STARTERS) == [b"ffmpeg -i"]


def test_texts_of_other_calls_and_what_is_no_text_are_left_out() -> None:
    at = 2 * _FUNCTION
    main = address(at, 0) + b"\xbb\x03\0\0\0" + call(at + 12, 3)
    binary = address(_FUNCTION, 12) + b"\xbb\x03\0\0\0" + call(_FUNCTION + 12, 0)
    assert texts_for(program_of(binary, main), STARTERS) == []


def test_a_program_without_code_or_table_has_none() -> None:
    assert texts_for(b"", STARTERS) == []
    assert texts_for(elf(soname="x"), STARTERS) == []
    assert texts_for(go_program("os/exec.Command"), STARTERS) == []
    damaged = program_of(b"", b"")
    assert texts_for(damaged[: len(damaged) // 2], STARTERS) == []


def test_wanted_texts_are_those_of_their_very_length() -> None:
    at = _FUNCTION
    code = address(at, 0) + b"\xba\x03\0\0\0"
    wanted = frozenset((b"git", b"gitf", b"ffmpeg"))
    assert texts_among(program_of(code, b""), wanted) == [b"git"]
    assert texts_among(program_of(code, b""), frozenset((b"gi",))) == []
    assert texts_among(b"no program", wanted) == []
