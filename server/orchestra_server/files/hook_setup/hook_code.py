"""Installs the hook's code in the git directory, by its hash, never in a working tree.

A repository can hold a file of any name, compiled ones included; what its clients run for us must
not be one of them. In `.claude/hooks` stands a starter, for whoever looks there.
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
"""Orchestra's hook for the agents' clients, by the place where people look for it.

The settings of the clients start the code itself, which lies in the git directory, out of reach of
the files of any branch. This file does the same: `interrupt_monitor.py SUBJECT`, JSON on stdin.
Orchestra writes it anew at every installation.
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
    """Return the file that is imported."""
    return code_folder(common_dir) / _NAME


def install_code(common_dir: Path) -> bool:
    """Write this version's code unless it is there unchanged; tell whether it was written.

    Other versions stay: chambers may still use them. Raises OSError.
    """
    if is_installed(common_dir):
        return False
    place = code_file(common_dir)
    for folder in (place.parents[2], place.parents[1], place.parent):
        folder.mkdir(exist_ok=True)
    place.parents[1].chmod(_OWNER_ONLY)
    place.parent.chmod(_OWNER_ONLY)
    write_atomically(place, hook_source().encode())
    return True


def is_installed(common_dir: Path) -> bool:
    """Tell whether this version's code is there, byte for byte."""
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
    """Return what stands in `.claude/hooks/interrupt_monitor.py`."""
    return _STARTER.replace("@CODE@", repr(str(code_folder(common_dir))))
