"""What a server logs goes to stderr; stdout belongs to the protocol."""

import subprocess
import sys

_LOGGING = """
import logging
from orchestra_core.process.logs import log_to_stderr
log_to_stderr("the daemon")
logging.getLogger("orchestra_server.spool").warning("the spool is full")
logging.getLogger("orchestra_server.spool").error("it is gone")
logging.getLogger("orchestra_server.spool").info("nobody needs this")
"""


def test_warnings_and_errors_go_to_stderr_under_the_name_of_the_process() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _LOGGING], capture_output=True, text=True, check=True
    )
    assert ran.stdout == ""
    warning, error = ran.stderr.splitlines()
    assert warning.endswith(" the daemon WARNING orchestra_server.spool: the spool is full")
    assert error.endswith(" the daemon ERROR orchestra_server.spool: it is gone")
