"""The files that agents see: projections of Redis, a chamber's furniture, mail and installation."""
