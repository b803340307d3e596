import pytest

from orchestra_server.files.hook.shell_words import simple_commands


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("git stash", [["git", "stash"]]),
        ("cd 'a b' && make \\\n all;ls", [["cd", "a b"], ["make", "all"], ["ls"]]),
        ("echo '; ls' \"; ls\"", [["echo", "; ls", "; ls"]]),
        ('echo "$(git stash)"', [["echo", "$(git stash)"], ["git", "stash"]]),
        ("echo '$(ls)' a\\ b \\'", [["echo", "$(ls)", "a b", "'"]]),
        ("echo ''", [["echo", ""]]),
        ("(ls) | wc", [["ls"], ["wc"]]),
        ("", []),
    ],
)
def test_a_command_line_is_split_as_a_shell_would(command: str, words: list[list[str]]) -> None:
    assert simple_commands(command) == words
