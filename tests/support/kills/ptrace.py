"""Kills a process at the entry of one of its system calls, by ptrace(2) through ctypes.

A process that is killed there dies between two system calls: the one that it has entered has no
effect any more. Linux since 5.3, where a tracer may trace its own children, whatever the processor;
anywhere else `die_at` raises OSError. Only a program of one thread may use it.
"""

import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable
from typing import NamedTuple

# <linux/ptrace.h>
_TRACEME, _CONT, _SYSCALL, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 7, 24, 0x4200, 0x420E
_SYSGOOD, _FORK, _VFORK, _CLONE, _EXEC, _EXITKILL = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 20
_OPTIONS = _SYSGOOD | _FORK | _VFORK | _CLONE | _EXEC | _EXITKILL
_EVENT_EXEC = 4
_AT_ENTRY = 1  # what a syscall's info begins with; 2 at its exit
_AT_SYSCALL = signal.SIGTRAP | 0x80
_WALL = 0x40000000  # <linux/wait.h>: wait for children of whatever kind
_INFO_BYTES = 88

_ptrace = ctypes.CDLL(None, use_errno=True).ptrace
_ptrace.restype = ctypes.c_long
_ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_size_t, ctypes.c_size_t)


class Death(NamedTuple):
    """How many system calls were entered, and whether the last of them was the end."""

    entered: int
    killed: bool


def die_at(entry: int, start: Callable[[], None], *, after_exec: bool) -> Death:
    """Fork, call `start` in the child, and kill the traced process at its `entry`-th system call.

    With `after_exec` the child becomes another program, which starts the process that is meant: the
    calls of what its children execute are counted. 0 kills nothing, and counts.
    """
    if sys.platform != "linux":
        raise OSError("there is no ptrace(2) like Linux's here")
    child = os.fork()
    if not child:
        try:
            _request(_TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            start()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, _WALL)
    if not os.WIFSTOPPED(status):
        raise OSError("this machine does not let a process be traced")
    _request(_SETOPTIONS, child, _OPTIONS)
    return _follow(child, entry, counted=set() if after_exec else {child})


def _follow(child: int, entry: int, *, counted: set[int]) -> Death:
    """Let the child and all that it starts run to their end, or the counted one to its death."""
    running, stopped, entered, killed = {child}, child, 0, False
    reason = 0
    while True:
        _request(_SYSCALL if stopped in counted else _CONT, stopped, reason)
        stopped, status = os.waitpid(-1, _WALL)
        while not os.WIFSTOPPED(status):
            running.discard(stopped)
            if not running:
                return Death(entered, killed)
            stopped, status = os.waitpid(-1, _WALL)
        running.add(stopped)
        reason, event = os.WSTOPSIG(status), status >> 16
        if event == _EVENT_EXEC and stopped != child:
            counted.add(stopped)
        if reason == _AT_SYSCALL and _is_entry(stopped):
            entered += 1
            if entered == entry:
                os.kill(stopped, signal.SIGKILL)
                killed = True
        if reason in (_AT_SYSCALL, signal.SIGTRAP, signal.SIGSTOP):
            reason = 0  # the tracer's own; any other signal is passed on


def _is_entry(process: int) -> bool:
    info = ctypes.create_string_buffer(_INFO_BYTES)
    _request(_GET_SYSCALL_INFO, process, ctypes.addressof(info), _INFO_BYTES)
    return info.raw[0] == _AT_ENTRY


def _request(request: int, process: int, data: int = 0, address: int = 0) -> None:
    """Ask the kernel; a process that has died meanwhile is no fault."""
    if _ptrace(request, process, address, data) < 0:
        number = ctypes.get_errno()
        if number != errno.ESRCH:
            raise OSError(number, os.strerror(number))
