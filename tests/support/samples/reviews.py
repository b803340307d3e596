"""A chamber's diff for reviews without a server: every kind of file, and comments in the mail."""

from collections.abc import Sequence

from orchestra_core.models import Interrupt
from orchestra_core.names import chamber_id
from orchestra_core.replies.review import ChamberDiff, DiffFile, DiffPart
from orchestra_tui.presentation.review.diff_lines import DiffLine
from orchestra_tui.presentation.review.diff_model import FileDiff, parse_diff
from tests.support.gallery.scene_states import NOW, SECOND, TASK

PKCE = """\
diff --git a/src/auth/pkce.py b/src/auth/pkce.py
new file mode 100644
index 0000000000000000000000000000000000000000..aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
--- /dev/null
+++ b/src/auth/pkce.py
@@ -0,0 +1,8 @@
+\"\"\"Proof keys: a login answers only to who began it.\"\"\"
+
+import base64
+import hashlib
+
+def challenge(verifier: str) -> str:
+    digest = hashlib.sha256(verifier.encode()).digest()
+    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
"""
SESSIONS = """\
diff --git a/src/auth/sessions.py b/src/auth/sessions.py
index bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb..cccccccccccccccccccccccccccccccccccccccc 100644
--- a/src/auth/sessions.py
+++ b/src/auth/sessions.py
@@ -12,7 +12,8 @@ class Sessions:
     def open(self, user: str) -> Session:
         session = Session(user, now())
-        session.lasts(hours=24)
-        self._store.put(session)
+        session.lasts(minutes=30)
+        if not self._store.put_once(session):
+            raise Taken(user)
         return session
{blank}
     def close(self, session: Session) -> None:
@@ -40,5 +41,5 @@ class Sessions:
     def purge(self) -> int:
-        old = [each for each in self._store if each.is_over]
+        old = [each for each in self._store.all() if each.is_over(now())]
         for each in old:
             self._store.drop(each)
         return len(old)
""".replace("{blank}", " ")
REST = """\
diff --git a/docs/login.md b/docs/sign-in.md
similarity index 100%
rename from docs/login.md
rename to docs/sign-in.md
diff --git a/scripts/keys.sh b/scripts/keys.sh
old mode 100644
new mode 100755
diff --git a/src/auth/legacy.py b/src/auth/legacy.py
deleted file mode 100644
index dddddddddddddddddddddddddddddddddddddddd..0000000000000000000000000000000000000000
--- a/src/auth/legacy.py
+++ /dev/null
@@ -1,2 +0,0 @@
-def login(user, password):
-    return True
diff --git a/web/logo.png b/web/logo.png
index eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee..ffffffffffffffffffffffffffffffffffffffff 100644
Binary files a/web/logo.png and b/web/logo.png differ
"""
AUTH = chamber_id(TASK, "auth")


def changed_file(
    path: str,
    status: str = "M",
    added: int = 0,
    removed: int = 0,
    *,
    former: str = "",
    binary: bool = False,
) -> DiffFile:
    return DiffFile(
        path=path,
        former_path=former,
        status=status,
        insertions=added,
        deletions=removed,
        binary=binary,
    )


FILES = [
    changed_file("src/auth/pkce.py", "A", 8),
    changed_file("src/auth/sessions.py", "M", 4, 3),
    changed_file("docs/sign-in.md", "R", former="docs/login.md"),
    changed_file("scripts/keys.sh"),
    changed_file("src/auth/legacy.py", "D", 0, 2),
    changed_file("web/logo.png", binary=True),
]


def chamber_diff(
    diff: str = PKCE + SESSIONS + REST,
    files: Sequence[DiffFile] = tuple(FILES),
    *,
    part: DiffPart = "all",
    landed: str = "",
    cut: bool = False,
) -> ChamberDiff:
    return ChamberDiff(
        task_id=TASK, chamber="auth", state="closed" if landed else "live", part=part, old="1" * 40,
        new=landed, landed=landed, files=list(files), diff=diff, cut=cut, next_step="Go on.",
    )  # fmt: skip


def file_diffs() -> list[FileDiff]:
    """Return the files of the diff, new objects each time."""
    return parse_diff(PKCE + SESSIONS + REST, FILES)


def long_diff(lines: int) -> ChamberDiff:
    """Return the diff of one new file of that many lines."""
    path = "src/generated.py"
    body = "".join(
        f'+def handler_{number}(request: Request) -> Answer:  # "{number}"\n'
        for number in range(lines)
    )
    head = (
        f"diff --git a/{path} b/{path}\nnew file mode 100644\nindex {'0' * 40}..{'9' * 40}\n"
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{lines} @@\n"
    )
    return chamber_diff(head + body, [changed_file(path, "A", lines)])


def line_of(file: FileDiff, text: str) -> DiffLine:
    """Return the first line that holds a text."""
    return next(line for line in file.lines if text in line.text)


def review_mail(message: str, *, acted: bool = False, number: int = 1) -> Interrupt:
    """Return a message of the operator to the chamber."""
    sent = NOW - 40 * SECOND
    return Interrupt(
        id=f"i-review-{number}", task_id=TASK, chamber="auth", message=message, actor="operator",
        state="acted" if acted else "posted", sent_at=sent, posted_at=sent + 40,
        delivered_at=sent + 900 if acted else 0, acted_at=sent + 2_400 if acted else 0,
    )  # fmt: skip
