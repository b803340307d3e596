"""Checks whether the clone's daemon runs, and serves the same store as this command."""

from orchestra_core.daemon.ask_daemon import ask_daemon, introduction
from orchestra_core.daemon.daemon_files import daemon_lock, daemon_log
from orchestra_core.daemon.start_daemon import daemon_environ
from orchestra_core.process.file_lock import is_locked
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_tui.command_line.doctor_checks.checks import Check

_NAME = "daemon"
_ANSWER_SECONDS = 5.0


def check_daemon(project: Project, settings: Settings) -> Check:
    """Ask the daemon what it serves; it is no failure if none runs."""
    environ = daemon_environ(project, settings)
    question = {"call": "about", **introduction(project.git_dir, environ)}
    answer = ask_daemon(project.git_dir, question, _ANSWER_SECONDS)
    log = daemon_log(project.git_dir)
    if answer is None and is_locked(daemon_lock(project.git_dir)):
        finding = f"runs but does not answer; its log is {log}"
        return Check(
            name=_NAME, verdict="fail", found=finding, mend="stop it with 'orchestra down'"
        )
    if answer is None:
        return Check(
            name=_NAME, verdict="ok", found="does not run; a room, a server or a command starts it"
        )
    finding = f"runs as process {answer.get('pid')}, {answer.get('attached')} attached; log {log}"
    if answer.get("differs") == "store":
        finding = f"serves another store: {answer.get('store')}"
        mend = (
            "set ORCHESTRA_REDIS_URL and ORCHESTRA_PROJECT to the same values, "
            "or stop it: 'orchestra down'"
        )
        return Check(name=_NAME, verdict="fail", found=finding, mend=mend)
    return Check(name=_NAME, verdict="ok", found=finding)
