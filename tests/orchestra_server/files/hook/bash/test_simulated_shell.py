import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_server.files.hook.bash.simulated_shell import SimpleCommand, SimulatedShell
from orchestra_server.files.hook.bash.write_scope import WriteScope

SCENE = WriteScope("/m/.claude/worktrees/auth", "/m", "/m/.git", "/m/.git/worktrees/auth")
SCENE.home = "/home/pat"


def run(source: str) -> list[SimpleCommand]:
    shell = SimulatedShell(SCENE, "/w")
    shell.run(source)
    return shell.commands


def shown(source: str) -> list[tuple[str, str]]:
    """Return where each command runs, and its words."""
    return [(command.cwd, " ".join(command.words).replace("\x01", "?")) for command in run(source)]


@pytest.mark.parametrize(
    ("source", "commands"),
    [
        ("a; b && c | d", [("/w", "a"), ("/w", "b"), ("/w", "c"), ("/w", "d")]),
        ("cd x && a", [("/w", "cd x"), ("/w/x", "a")]),
        ("(cd x; a); b", [("/w", "cd x"), ("/w/x", "a"), ("/w", "b")]),
        ("cd x; cd -; a", [("/w", "cd x"), ("/w/x", "cd -"), ("/w", "a")]),
        ("cd; a", [("/w", "cd"), ("/home/pat", "a")]),
        ("cd $NOWHERE; a", [("/w", "cd ?"), ("", "a")]),
        ("if a; then b; else c; fi", [("/w", "a"), ("/w", "b"), ("/w", "c")]),
        ("A=1 B=$A; a $B", [("/w", "a 1")]),
        ("A=1 a $A", [("/w", "a ?")]),
        ("export A=~/x; a $A", [("/w", "export"), ("/w", "a /home/pat/x")]),
        ("A='b c'; a $A \"$A\"", [("/w", "a b c b c")]),
        ('a "$(b c)"', [("/w", "b c"), ("/w", "a ?")]),
        ("a {b,c}d ~/x '~'", [("/w", "a bd cd /home/pat/x ~")]),
        ("a ${A:-b} ${PWD} ${PWD%w*}", [("/w", "a b /w /")]),
        ("for i in b c; do a $i; done", [("/w", "for i in b c"), ("/w", "a b c")]),
        ("a ||\n b", [("/w", "a"), ("/w", "b")]),
    ],
)
def test_commands_are_found_with_their_words_and_places(
    source: str, commands: list[tuple[str, str]]
) -> None:
    assert shown(source) == commands


@pytest.mark.parametrize(
    ("source", "targets"),
    [
        ("a > b 2>> /c 2>&1 >&- < d", ["/w/b", "/c"]),
        ("a &> b", ["/w/b"]),
        ("> b", ["/w/b"]),
        ("[[ a > b ]]", []),
    ],
)
def test_redirections_that_write_are_targets(source: str, targets: list[str]) -> None:
    assert run(source)[-1].targets == targets


def test_a_pipe_and_a_here_document_are_stdin() -> None:
    assert run("echo a b | sh")[-1].stdin == "a b"
    assert run("sh <<E\na $HOME\nE")[-1].stdin == "a /home/pat"
    assert run("find /x a/b -type f | xargs rm")[-1].listed == ["/x/\x01", "/w/a/b/\x01"]


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=6))
def test_quoted_words_reach_their_program(words: list[str]) -> None:
    texts = [word.replace("\0", "x").replace("\x01", "x") for word in words]
    (command,) = run(shlex.join(["a", *texts]))
    assert command.words == ["a", *texts]


def test_a_deep_nest_of_substitutions_comes_to_an_end() -> None:
    assert run("echo " + "$(echo " * 200 + ")" * 200)
