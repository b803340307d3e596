"""The files that agents see: projections of Redis, chambers' files, mail, and the installation."""
