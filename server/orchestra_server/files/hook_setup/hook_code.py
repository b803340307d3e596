"""Installs the hook's code in the git directory, under its hash, never in a working tree.

A repository can contain any file, even compiled ones; the code that clients run for us must not be
one of them. `.claude/hooks` has a starter, for people who look there.
"""

import hashlib
import shutil
from pathlib import Path

from orchestra_server.files.atomic_write import write_atomically
from orchestra_server.files.hook_setup.hook_bundle import hook_source

HOOKS_IN_GIT = Path("orchestra", "hooks")
_NAME = "interrupt_monitor.py"
_OWNER_ONLY = 0o700
_HASH_LENGTH = 16
_STARTER = '''\
"""Starts Orchestra's hook for the agents' clients, from the place where people look for it.

The clients' settings start the code itself, which is in the git directory, where no branch can put
a file. This file does the same: `interrupt_monitor.py SUBJECT`, JSON on stdin. Orchestra replaces
it at every installation.
"""

import os
import sys

CODE = @CODE@

if __name__ == "__main__":
    HOOKS = os.path.dirname(os.path.abspath(__file__))
    sys.path[0] = CODE
    import interrupt_monitor

    interrupt_monitor.run(sys.argv[1], HOOKS)
'''


def code_folder(common_dir: Path) -> Path:
    """Return the folder of this version's code."""
    digest = hashlib.sha256(hook_source().encode()).hexdigest()
    return common_dir / HOOKS_IN_GIT / digest[:_HASH_LENGTH]


def code_file(common_dir: Path) -> Path:
    """Return the path of the file that is imported."""
    return code_folder(common_dir) / _NAME


def install_code(common_dir: Path) -> bool:
    """Write this version's code unless it is already there; return whether it was written.

    Other versions stay, because chambers may still use them. Raises OSError.
    """
    if is_installed(common_dir):
        return False
    file = code_file(common_dir)
    for folder in (file.parents[2], file.parents[1], file.parent):
        folder.mkdir(exist_ok=True)
    file.parents[1].chmod(_OWNER_ONLY)
    file.parent.chmod(_OWNER_ONLY)
    write_atomically(file, hook_source().encode())
    return True


def is_installed(common_dir: Path) -> bool:
    """Tell whether this version's code is installed, byte for byte."""
    try:
        return code_file(common_dir).read_bytes() == hook_source().encode()
    except OSError:
        return False


def remove_code(common_dir: Path) -> None:
    """Remove the code of all versions. Raises OSError."""
    folder = common_dir / HOOKS_IN_GIT
    if folder.is_dir():
        shutil.rmtree(folder)


def starter_source(common_dir: Path) -> str:
    """Return the content of `.claude/hooks/interrupt_monitor.py`."""
    return _STARTER.replace("@CODE@", repr(str(code_folder(common_dir))))
