"""The caller's environment: the daemon runs git and its hooks as the caller's shell would."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_environ: ContextVar[Mapping[str, str] | None] = ContextVar("caller_environ", default=None)


@contextmanager
def as_caller(environ: Mapping[str, str]) -> Generator[None]:
    """Use `environ` for programs of this context, and of threads started with a copy of it."""
    token = _environ.set(environ)
    try:
        yield
    finally:
        _environ.reset(token)


def caller_environ() -> Mapping[str, str]:
    """Return the caller's environment; for the process's own work its own environment."""
    environ = _environ.get()
    return os.environ if environ is None else environ


def added_by_caller() -> Mapping[str, str]:
    """Return the caller's variables that this process lacks or has with another value."""
    environ = _environ.get()
    if environ is None:
        return {}
    return {name: value for name, value in environ.items() if os.environ.get(name) != value}


def missing_from_caller() -> list[str]:
    """Return the names of the variables that only this process has."""
    environ = _environ.get()
    return [] if environ is None else [name for name in os.environ if name not in environ]
