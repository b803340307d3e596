"""The checks of `orchestra doctor`."""
