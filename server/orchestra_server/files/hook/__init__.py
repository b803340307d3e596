"""The hook of a coding agent's client: shows a worker its mail and reports what the worker does.

Orchestra's entries in a settings file import it, so that Python keeps it compiled, and call `run`,
at its end, with the client's JSON on stdin. It stands alone: settings in the `.json` beside it, and
standard library only. The modules json, re, signal, contextlib, pathlib, typing and socket would
each take as long to import as all of this, and a worker waits for it. Whatever goes wrong, it exits
0 in silence.

Orchestra joins it from the modules of its folder `hook`, and replaces it at every installation.
"""
