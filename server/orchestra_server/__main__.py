"""The script `orchestra-server`: the MCP server `orchestration` on stdio."""

import gc
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestra_core import __version__
from orchestra_core.process.process_start import prepare_process

if TYPE_CHECKING:
    from orchestra_core.daemon.own_code import OwnCode

_USAGE = """usage: orchestra-server [daemon | hook ROOT | --help | --version]

The MCP server 'orchestration' on stdin and stdout, for the repository in CLAUDE_PROJECT_DIR or,
without it, the working directory. An agent's client starts it: 'orchestra init' registers it.
With 'daemon', the process that serves this clone: rooms, servers and commands start it.
With 'hook', the answer to an event of Claude Code in the main checkout ROOT, read from stdin.
"""
_FAILED = 1
_MISUSED = 2


def project_directory(environ: Mapping[str, str]) -> Path:
    """Return where the client's session stands: what it names, else the working directory."""
    return Path(environ.get("CLAUDE_PROJECT_DIR") or Path.cwd())


def main() -> int:
    """Serve until the client leaves; answer the exit code."""
    prepare_process()
    match sys.argv[1:]:
        case []:
            return _serve()
        case ["daemon"]:
            return _run_daemon()
        case ["hook", root]:
            return _answer_hook(root)
        case ["-h" | "--help"]:
            sys.stdout.write(_USAGE)
        case ["--version"]:
            sys.stdout.write(f"orchestra-server {__version__}\n")
        case unknown:
            sys.stderr.write(f"unknown argument {unknown[0]!r}; {_USAGE}")
            return _MISUSED
    return 0


def _serve() -> int:
    from orchestra_server.tools.transport.early_answers import EarlyAnswers  # noqa: PLC0415 - as below

    early_answers = EarlyAnswers()
    early_answers.start()
    # All that is imported stays: looking through it meanwhile would take a tenth of that second.
    gc.disable()
    # The SDK's HTTP transport looks for it; without it the import is a twentieth shorter.
    sys.modules["uvicorn"] = sys.modules["uvicorn.main"] = None  # type: ignore[assignment]
    from orchestra_core.errors import OrchestraError  # noqa: PLC0415 - as below
    from orchestra_core.settings import read_settings  # noqa: PLC0415 - as below
    from orchestra_server.tools.transport.serve import serve  # noqa: PLC0415 - a second of imports

    gc.freeze()
    gc.enable()
    try:
        directory = project_directory(os.environ)
        serve(
            read_settings(directory=directory),
            directory,
            hand_over=early_answers.finish,
        )
    except OrchestraError as error:
        sys.stderr.write(f"orchestra-server: {error}\n")
        return _FAILED
    return 0


def _run_daemon() -> int:
    from orchestra_core.daemon.own_code import OwnCode  # noqa: PLC0415 - as above
    from orchestra_core.errors import OrchestraError  # noqa: PLC0415 - as above
    from orchestra_server.daemon.sole_daemon import sole_daemon  # noqa: PLC0415 - as above

    code = OwnCode()
    try:
        directory = project_directory(os.environ)
        with sole_daemon(directory):
            is_outdated = _run_sole_daemon(directory, code)
    except OrchestraError as error:
        sys.stderr.write(f"orchestra-server: {error}\n")
        return _FAILED
    if is_outdated:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - as it began
    return 0


def _run_sole_daemon(directory: Path, code: "OwnCode") -> bool:
    """Return whether a daemon of newer code is to follow."""
    from orchestra_core.store.client.lean_redis import import_redis_lean  # noqa: PLC0415 - as above

    import_redis_lean()
    from orchestra_core.settings import read_settings  # noqa: PLC0415 - as above
    from orchestra_server.daemon.daemon import run_daemon  # noqa: PLC0415 - as above

    return run_daemon(read_settings(directory=directory), directory, code)


def _answer_hook(root: str) -> int:
    from orchestra_server.client_hooks.answer_hook import answer_hook  # noqa: PLC0415 - as above

    try:
        return answer_hook(root)
    except Exception as fault:  # noqa: BLE001 - the client's own way is taken, whatever it is
        sys.stderr.write(f"orchestra: {' '.join(str(fault).split()) or type(fault).__name__}\n")
        return _FAILED


if __name__ == "__main__":
    sys.exit(main())
