from orchestra_server.operator_commands.chambers.diff_colors import colored_diff

DIFF = """\
diff --git a/a b/a
--- a/a
+++ b/a
@@ -1,3 +1,3 @@ def f
 one
--- two
+++ TWO
 three
@@ -9 +9,0 @@
-x
\\ No newline at end of file
"""


def test_headers_hunks_and_lines_have_gits_colours() -> None:
    assert colored_diff(DIFF).split("\n") == [
        "\x1b[1mdiff --git a/a b/a\x1b[m",
        "\x1b[1m--- a/a\x1b[m",
        "\x1b[1m+++ b/a\x1b[m",
        "\x1b[36m@@ -1,3 +1,3 @@\x1b[m def f",
        " one",
        "\x1b[31m--- two\x1b[m",
        "\x1b[32m+++ TWO\x1b[m",
        " three",
        "\x1b[36m@@ -9 +9,0 @@\x1b[m",
        "\x1b[31m-x\x1b[m",
        "\\ No newline at end of file",
        "",
    ]
