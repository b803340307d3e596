import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_server.files.hook.bash.shell_words import Splitter


def words_of(text: str) -> list[str]:
    """Return a text's words and operators, what is substituted as it stands."""
    tokens = Splitter(text).tokens()
    return [token.operator or "".join(content for _, content, _ in token.parts) for token in tokens]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("git stash", ["git", "stash"]),
        ("cd 'a b' && make \\\n all;ls", ["cd", "a b", "&&", "make", "all", ";", "ls"]),
        ("echo '; ls' \"; ls\"", ["echo", "; ls", "; ls"]),
        ("a 2>&1 >b 2> c", ["a", ">&", "1", ">", "b", ">", "c"]),
        ("echo 2 > x", ["echo", "2", ">", "x"]),
        ("echo a\\ b \\' a\\\nb", ["echo", "a b", "'", "ab"]),
        ("a # b\nc#d", ["a", "\n", "c#d"]),
        ("(ls) | wc", ["(", "ls", ")", "|", "wc"]),
        ('echo "$(ls ")" x)" y', ["echo", 'ls ")" x', "y"]),
        ("x=$(cat <<'E'\nit's (\nE\n) y", ["x=cat <<'E'\nit's (\nE\n", "y"]),
        ("diff <(ls a) >(cat)", ["diff", "ls a", "cat"]),
        ("echo ${a:-b} $c$1 $", ["echo", "a:-b", "c1", "$"]),
        ("echo `a \\`b\\``", ["echo", "a `b`"]),
        ("echo $'a\\nb' $((1 << 2))", ["echo", "a\nb", ""]),
        ("echo 'open", ["echo", "open"]),
        ("", []),
    ],
)
def test_a_command_line_is_split_as_a_shell_would(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("cat <<E\nx > y\nE\nls", "x > y"),
        ("cat <<-'E'\n\t$(x)\n\tE\n", "$(x)"),
        ("cat <<A <<B\na\nA\nb\nB\n", "a"),
        ("cat <<E\nnever ended", "never ended"),
    ],
)
def test_a_here_document_is_kept_beside_its_operator(text: str, body: str) -> None:
    operator = next(token for token in Splitter(text).tokens() if token.operator.startswith("<<"))
    assert "".join(content for _, content, _ in operator.body) == body


@given(st.lists(st.text(max_size=20), max_size=6))
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    texts = [word.replace("\0", "") for word in words]
    assert words_of(shlex.join(texts)) == texts


@given(st.text(alphabet="ab $`'\"\\(){}<>|&;#\n-E1", max_size=60))
def test_any_text_is_split_to_its_end(text: str) -> None:
    splitter = Splitter(text)
    splitter.tokens()
    assert splitter.at >= len(text)
