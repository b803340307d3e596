"""What makes root a user like any other, who may not write everywhere."""

import os
import shutil

import pytest

# Words before a command; root may write anywhere but for these two capabilities.
UNPRIVILEGED = (
    (
        "setpriv",
        "--bounding-set=-dac_override,-dac_read_search",
        "--inh-caps=-dac_override,-dac_read_search",
    )
    if not os.geteuid()
    else ()
)
can_be_unprivileged = pytest.mark.skipif(
    bool(UNPRIVILEGED) and not shutil.which("setpriv"),
    reason="root without setpriv writes anywhere",
)
