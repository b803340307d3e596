"""The files that agents see: projections of Redis, a chamber's own files, mail and installation."""
