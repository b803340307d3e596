"""The hook of a coding agent's client: shows a worker its mail and reports what the worker does.

The commands in a client's settings import this file, so that Python caches its compiled form, and
call `run`, at its end, with the client's JSON on stdin. It reads its own settings from the `.json`
beside it and uses the standard library only. A worker waits for it, and importing json, re, signal,
contextlib, pathlib, typing or socket would take as long as all of this file. Whatever goes wrong,
it exits with 0 and prints nothing.

Orchestra joins it from the modules of its folder `hook`, and replaces it at every installation.
"""
