import pytest

from orchestra_server.files.hook.bash.program_writes import program_writes
from orchestra_server.files.hook.bash.simulated_shell import SimpleCommand


def written(line: str) -> list[str]:
    """Return the paths that a program writes, with a minus before those it removes."""
    command = SimpleCommand("/w", {})
    command.words = line.split()
    return [f"{'-' if write.removes else ''}{write.path}" for write in program_writes(command)]


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("tee -a a b", ["/w/a", "/w/b"]),
        ("rm -rf a", ["-/w/a"]),
        ("chmod -R u+w a", ["/w/a"]),
        ("cp a b c", ["/w/c"]),
        ("mv a b", ["/w/b", "-/w/a"]),
        ("mv -t /c a b", ["/c", "-/w/a", "-/w/b"]),
        ("install -d a b", ["/w/a", "/w/b"]),
        ("scp a host:/b", []),
        ("dd if=a of=b", ["/w/b"]),
        ("sed -i.bak -e s/a/b/ c", ["/w/c"]),
        ("sed -i s/a/b/ c", ["/w/c"]),
        ("sed s/a/b/ c", []),
        ("perl -i.bak -pe s/a/b/ c", ["/w/c"]),
        ("black --check a", []),
        ("tar xf a.tar", ["/w"]),
        ("tar -xf a.tar -C /c", ["/c"]),
        ("tar -C /c -cf - a", []),
        ("curl -fsSo a http://b", ["/w/a"]),
        ("patch -d /c a b", ["/c", "/w/a"]),
        ("npm ci", ["/w"]),
        ("npm --prefix /c install x", ["/c"]),
        ("npm install -g x", []),
        ("ls a", []),
    ],
)
def test_the_paths_that_a_program_writes(line: str, paths: list[str]) -> None:
    assert written(line) == paths
