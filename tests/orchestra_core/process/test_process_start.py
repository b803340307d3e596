"""A process opens closed standard streams and reads file names as UTF-8, before all else."""

import os
import subprocess
import sys

import pytest

_ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
_PREPARE = "from orchestra_core.process.process_start import prepare_process; prepare_process(); "
_STREAMS = _PREPARE + (
    "import os, sys; [os.fstat(n) for n in (0, 1, 2)]; "
    "opened = os.open(os.devnull, os.O_RDONLY); assert opened > 2, opened; "
    "assert sys.stdin.read() == ''; sys.stdout.write(''); sys.stderr.write(''); "
    "os._exit(7 if all(os.get_inheritable(n) for n in (0, 1, 2)) else 8)"
)
_NAMES = _PREPARE + (
    "import sys; sys.stdout.write("
    "f'{sys.getfilesystemencoding()} {sys.stdout.encoding} {ascii(sys.argv[1:])} gr\\xf6\\xdfe')"
)


def run_python(code: str, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_are_opened_for_this_process_and_its_children(closed: str) -> None:
    line = f'exec "$0" -c "$1" {closed}'
    ran = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable, _STREAMS],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (7, b"", b"")


def test_under_an_ascii_locale_names_are_utf_8_and_the_terminal_gets_ascii() -> None:
    ran = run_python(_NAMES, "größe", **_ASCII)
    assert ran.stderr == b""
    encoding, terminal, arguments, word = ran.stdout.decode("ascii").split(" ")
    assert (encoding, arguments, word) == ("utf-8", "['gr\\xf6\\xdfe']", "gr??e")
    assert terminal.lower() not in ("utf-8", "utf8")


def test_under_a_utf_8_locale_nothing_is_restarted() -> None:
    code = _PREPARE + "import sys; sys.stdout.write(str('-Xutf8=1' in sys.orig_argv))"
    assert run_python(code, PYTHONUTF8="1").stdout == b"False"
    assert run_python(code, **_ASCII).stdout == b"True"
