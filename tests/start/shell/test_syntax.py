"""Scripts taken apart: every construct of bash that entrypoints use, and damaged scripts, against tree-sitter and bash."""

import shutil
import subprocess
from pathlib import Path

import pytest

from layerscope.start.shell.syntax import parse
from layerscope.start.shell.tree import Gap, If, Simple
from tests.support.shell_oracle import gap, oracle_names, own_names

SNIPPETS = Path(__file__).with_name("snippets")
CONSTRUCTS = {
    "process substitution": ("diff <(left) <(right)\n", {"diff", "left", "right"}),
    "a loop over a process": ("while read -r x; do use; done < <(list)\n", {"read", "use", "list"}),
    "output to processes": ("run > >(tee log) 2> >(grep -v x >&2)\n", {"run", "tee", "grep"}),
    "a process inside of a word": ("run --in=<(list)\n", {"run", "list"}),
    "case inside of $( )": ("x=$(case $a in b) one;; (c|d) two;; esac)\n", {"one", "two"}),
    "an apostrophe in a comment inside of $( )": ("x=$(one # don't\ntwo)\n", {"one", "two"}),
    "a bracket in a comment inside of $( )": ("x=$(one # :)\ntwo)\nthree\n", {"one", "two", "three"}),
    "a quoted brace in a default": ("one ${a:-'}'} ${b:-\"}\"} ${c:-\\}}\ntwo\n", {"one", "two"}),
    "a quoted brace in a quoted default": ("one \"${a:-'}'}\"\ntwo\n", {"one", "two"}),
    "a default that runs a command": ('one "${a:-$(two "${b:-$(three)}")}"\n', {"one", "two", "three"}),
    "$'…' with an escaped quote": ("one $'it\\'s' 'it'\ntwo\n", {"one", "two"}),
    "a here-document inside of $( )": ("x=$(one <<EOF\ndon't ) \"\nEOF\n)\ntwo\n", {"one", "two"}),
    "a command in a here-document": ("one <<EOF\n$(two) `three`\nEOF\n", {"one", "two", "three"}),
    "a quoted here-document": ("one <<'EOF'\n$(two\nEOF\nthree\n", {"one", "three"}),
    "an escaped here-document": ("one <<\\EOF\n`two\nEOF\nthree\n", {"one", "three"}),
    "a here-document with tabs": ("if true; then\n\tone <<-EOF\n\t\ttext\n\tEOF\n\ttwo\nfi\n", {"true", "one", "two"}),
    "two here-documents on a line": ("one <<A; two <<B\n(\nA\n)\nB\nthree\n", {"one", "two", "three"}),
    "a here-document in a pipeline": ("one <<EOF | two\n(\nEOF\nthree\n", {"one", "two", "three"}),
    "a here-document without its end": ("one <<EOF\n(\n", {"one"}),
    "a here-string": ("one <<< \"$a\"\ntwo <<<'('\n", {"one", "two"}),
    "a shift in arithmetic": ("x=$((1<<2)); one\n", {"one"}),
    "a command in arithmetic": ("x=$(( $(one) + 2 )); two\n", {"one", "two"}),
    "old arithmetic": ("x=$[1+2]; one\n", {"one"}),
    "an arithmetic command": ("((i++)) || one\nif (( a < b && (c > 1) )); then two; fi\n", {"one", "two"}),
    "a subshell in a subshell": ("((one; two); three)\n", {"one", "two", "three"}),
    "a subshell in $( )": ("x=$((one; two); three)\n", {"one", "two", "three"}),
    "for ((…))": ("for ((i=0; i<10; i++)); do one; done\nfor ((;;)) { two; }\n", {"one", "two"}),
    "for over the arguments": ("for a; do one; done\nfor b do two; done\nfor c\ndo three; done\n", {"one", "two", "three"}),
    "for over words like keywords": ("for a in if do done; do one; done\n", {"one"}),
    "select": ("select a in b c; do one; break; done\n", {"one", "break"}),
    "coproc": ("coproc one\ncoproc NAME { two; }\nthree\n", {"one", "two", "three"}),
    "time": ("time -p one | two\ntime { three; }\n", {"one", "two", "three"}),
    "negation": ("! one && ! { two; }\nif ! three; then four; fi\n", {"one", "two", "three", "four"}),
    "escaped backticks": ('x=`one \\`two\\``\ny="`three \\"a\\" \\\\$b`"\n', {"one", "two", "three"}),
    "twice escaped backticks": ("x=`one \\`two \\\\\\`three\\\\\\`\\``\n", {"one", "two", "three"}),
    "[[ with a regular expression": ("if [[ $a =~ ^(b|c)+[[:space:]]*$ && ! -f $d ]]; then one; fi\n", {"one"}),
    "[[ over lines": ("[[ -f a &&\n  ( $b == @(c|d)* || $e < f ) ]] && one\n", {"one"}),
    "arrays": ("a=(x 'y z'\n  # don't\n  $(one))\na+=(z)\ntwo \"${a[@]}\"\n", {"one", "two"}),
    "arrays of a function": ("f() { local -a a=(x y); declare b=($(one)); }\n", {"one"}),
    "an element of an array": ("a[1]=x b[$i]=y\na[i + 1]=$(one)\n", {"one"}),
    "function with braces": ("function f { one; }\nfunction g() { two; }\nh () ( three )\n", {"one", "two", "three"}),
    "a function on the next line": ("f()\n{\n  one\n} >&2\nfunction g\n{ two; }\n", {"one", "two"}),
    "a function of a loop": ("f() while one; do two; done\n", {"one", "two"}),
    "case that goes on": ("case $a in\n b) one ;&\n c) two ;;&\n *) three\nesac\n", {"one", "two", "three"}),
    "case with keywords": ("case $a in if) one;; (esac) two;; esac\n", {"one", "two"}),
    "case with nothing": ("case $a in esac\none\n", {"one"}),
    "redirections": ("one &> a; two &>> b; three |& four 2>&1 >&- <&3\n", {"one", "two", "three", "four"}),
    "redirections in front": ("> a one\n2>/dev/null two 3< b\n", {"one", "two"}),
    "a named descriptor": ("exec {fd}> a\none >&$fd\n", {"exec", "one"}),
    "a number is a word where a blank follows": ("one 2 >a\n", {"one"}),
    "a compound's redirections": (
        "{ one; } < a > b\n(two) 2>&1\nif three; then four; fi <<< x\n",
        {"one", "two", "three", "four"},
    ),
    "extended patterns": ("case $a in @(b|c)) one;; !(d)) two;; +([0-9])) three;; esac\n", {"one", "two", "three"}),
    "an extended pattern in a word": ("one !(a|*.b) x?(y)\n", {"one"}),
    "expansions": (
        "one ${x@Q} ${!x} ${!p*} ${x/a/b} ${x//(/)} ${x:1:2} ${x^^} ${#x} ${#} ${##*/} ${*%%)}\ntwo\n",
        {"one", "two"},
    ),
    "expansions of arrays": ('one "${a[@]}" ${#a[@]} ${!a[@]} ${a[$i]} ${a[@]:1:2} ${a[*]/#/-}\ntwo\n', {"one", "two"}),
    "braces": ("one {a,b}{1..3} {}; two }\n", {"one", "two"}),
    "a continued line": ("one a \\\n  b && \\\n  two\n", {"one", "two"}),
    "a continued operator": ("one &\\\n& two |\\\n| three\n", {"one", "two", "three"}),
    "a continued variable": ('one $\\\na "$\\\n(two)"\n', {"one", "two"}),
    "a comment is not continued": ("# a \\\none\n", {"one"}),
    "a backslash in single quotes": ("one 'a\\\n'\ntwo\n", {"one", "two"}),
    "a hash inside of a word": ("one a#b $#; two\n", {"one", "two"}),
    "a comment behind an operator": ("one;# don't\ntwo &&# don't\nthree\n", {"one", "two", "three"}),
    "line ends of Windows": (
        "if one; then\r\n  two\r\nfi\r\ncat <<EOF\r\n(\r\nEOF\r\nthree\r\n",
        {"one", "two", "cat", "three"},
    ),
    "in the background": ("one & two &\nwait\n{ three; } &\n", {"one", "two", "wait", "three"}),
    "assignments in front": ('A=1 B="$(one)" two\nC= three\nD=\n', {"one", "two", "three"}),
    "quoted names": ("'one' a; \"two\"; \\three; f'ou'r\n", {"one", "two", "three", "four"}),
    "a list inside of if": (
        "if one; two; then three; elif four; then five; else six; fi\n",
        {"one", "two", "three", "four", "five", "six"},
    ),
    "until": ("until one; do two; done | three\n", {"one", "two", "three"}),
    "a dollar that is plain": ('one $ "$" a$\ntwo\n', {"one", "two"}),
    "a translated string": ('one $"two $(three)"\n', {"one", "three"}),
}
"""What bash reads, with the names of the commands in it."""

UNLIKE = {
    "a command in a here-document",
    "a continued variable",
    "negation",
    "escaped backticks",
    "twice escaped backticks",
    "coproc",
    "time",
    "case with keywords",
    "quoted names",
    "braces",
}
"""Where tree-sitter reads something else, or leaves it whole."""


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_every_construct_is_read_with_all_commands_in_it(name: str) -> None:
    script, commands = CONSTRUCTS[name]
    assert gap(script) is None
    assert own_names(script) == commands


@pytest.mark.parametrize("name", sorted(set(CONSTRUCTS) - UNLIKE))
def test_tree_sitter_finds_the_same_commands(name: str) -> None:
    script, commands = CONSTRUCTS[name]
    found = oracle_names(script)
    if found is None:
        pytest.skip("tree-sitter does not read it")
    assert found == commands


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("name", CONSTRUCTS)
def test_bash_reads_it_too(name: str, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(CONSTRUCTS[name][0].replace("\r\n", "\n"))
    done = subprocess.run(["bash", "-O", "extglob", "-n", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("script", "line", "construct"),
    [
        ("one\nif true; then\n", 3, "the end where fi should be"),
        ("case x in\n", 1, "case without esac"),
        ("case x\n of", 2, "case without in"),
        ('one\n\necho "open', 3, 'a quote " that is not closed'),
        ("echo 'open", 1, "a quote ' that is not closed"),
        ("echo $'open", 1, "a quote $' that is not closed"),
        ("a() {\n", 2, "the end where } should be"),
        ("one ${", 1, "${ that is not closed"),
        ("x\nx $(\n\n", 2, "$( that is not closed"),
        ("x <(y", 1, "<( or >( that is not closed"),
        ("x `y", 1, "a ` that is not closed"),
        (")", 1, ") that nothing before it opens"),
        ("a\nfi", 2, "fi that nothing before it opens"),
        ("do", 1, "do that nothing before it opens"),
        ("((", 1, "the end where ) should be"),
        ("[[ a", 1, "[[ without ]]"),
        ("for", 1, "the end in the place of a word"),
        ("for a in b; one", 1, "one where do should be"),
        ("a | | b", 1, "| in the place of a command"),
        ("a=(b", 1, "an array that is not closed"),
        ("a @(b", 1, "a pattern @( that is not closed"),
        ("a <<", 1, "a here-document without its last line's word"),
        ("{ a; } b", 1, "b behind a command"),
        ("f() ", 1, "the end in the place of a command"),
        ("case a in b) c )", 1, ") where ;; should be"),
        ("a > ;", 1, "; in the place of a word"),
        ("a (\v", 1, "\\x0b where ) should be"),
    ],
)
def test_what_cannot_be_read_is_a_gap_that_names_the_line_and_the_construct(script: str, line: int, construct: str) -> None:
    assert gap(script) == Gap(line, construct)


def test_what_stands_on_lines_before_a_gap_is_read() -> None:
    commands = parse("one\nif two; then three; fi\nfour; }\nfive\n")
    assert [type(step.command) for step in commands] == [Simple, If, Gap]


def test_a_program_of_another_language_behind_exec_is_a_gap() -> None:
    commands = parse("#!/bin/sh\n'''exec' python3 \"$0\" \"$@\"\n' '''\nimport sys\nif (sys.argv[1:]): pass\n")
    assert isinstance(commands[0].command, Simple)
    assert isinstance(commands[-1].command, Gap)


@pytest.mark.parametrize("path", sorted(SNIPPETS.iterdir()), ids=lambda path: path.stem)
def test_whole_scripts_are_read_as_tree_sitter_reads_them(path: Path) -> None:
    script = path.read_text()
    assert gap(script) is None
    assert own_names(script) == oracle_names(script)


def test_every_cut_of_a_script_ends_in_at_most_one_gap_at_its_end() -> None:
    script = "".join(script for script, _ in CONSTRUCTS.values())
    for cut in range(0, len(script), 17):
        commands = parse(script[:cut])
        assert not any(isinstance(step.command, Gap) for step in commands[:-1])
