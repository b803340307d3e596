"""Which files a program writes or removes, judged by its arguments."""

from orchestra_server.files.hook.bash.program_options import (
    has_option,
    split_options,
    values_of,
)
from orchestra_server.files.hook.bash.simulated_shell import SimpleCommand
from orchestra_server.files.hook.bash.write_scope import Write, absolute

# Programs that write every operand, with their options that take a value.
WRITERS: dict[str, tuple[str, ...]] = {
    "tee": (),
    "touch": ("-d", "-r", "-t", "--date", "--reference"),
    "mkdir": ("-m", "--mode"),
    "truncate": ("-s", "-r", "--size", "--reference"),
    "mkfifo": ("-m",),
    **dict.fromkeys(("venv", "virtualenv"), ("-p", "--python", "--prompt")),
    "compileall": (),
    "sponge": (),
    **dict.fromkeys(("gzip", "gunzip", "bzip2", "bunzip2", "xz", "unxz", "zstd"), ("-S",)),
    **dict.fromkeys(("ed", "ex", "vi", "vim", "nvim", "nano", "emacs"), ("-c", "-S", "--eval")),
}
REMOVERS: dict[str, tuple[str, ...]] = {
    "rm": (),
    "rmdir": (),
    "unlink": (),
    "shred": ("-n", "-s"),
    "trash": (),
    "rimraf": (),
}
MODE_CHANGERS = ("chmod", "chown", "chgrp", "setfacl", "chattr", "rename")
# Programs that write the last operand, or the value of `-t`.
COPIERS: dict[str, tuple[str, ...]] = {
    "cp": ("-t", "--target-directory", "-S"),
    "mv": ("-t", "--target-directory", "-S"),
    "ln": ("-t", "--target-directory", "-S"),
    "install": ("-t", "--target-directory", "-m", "-o", "-g", "--mode", "--owner", "--group"),
    "rsync": ("-e", "--exclude", "--include", "-f", "--filter", "--exclude-from", "--files-from"),
    "scp": ("-i", "-P", "-o", "-F"),
    "ditto": (),
}
# Programs that write the value of an option.
OUTPUT_OPTIONS: dict[str, tuple[str, ...]] = {
    "curl": ("-o", "--output", "--output-dir", "-D", "-c"),
    "wget": ("-O", "-P", "-o", "--output-document", "--directory-prefix"),
    "sort": ("-o", "--output"),
    "unzip": ("-d",),
    "patch": ("-d", "-o", "--directory", "--output"),
    "mktemp": ("-p", "--tmpdir"),
    **dict.fromkeys(("gcc", "g++", "cc", "c++", "clang", "clang++", "rustc", "ld"), ("-o",)),
    **dict.fromkeys(
        ("pip", "pip3"), ("-t", "--target", "--prefix", "-e", "--editable", "--python")
    ),
    "7z": ("-o",),
    "iconv": ("-o", "--output"),
    "cmake": ("-B", "--build", "--install"),
    "go": ("-o",),
    "cargo": ("--target-dir",),
    "tsc": ("--outDir", "--outFile", "--declarationDir"),
    "esbuild": ("--outfile", "--outdir"),
    **dict.fromkeys(("strace", "ltrace", "time", "perf"), ("-o",)),
    "mysqldump": ("-r", "--result-file"),
    "pg_dump": ("-f", "--file"),
    "openssl": ("-out", "-keyout"),
    "ssh-keygen": ("-f",),
    "cpio": ("-D", "-O"),
    "pandoc": ("-o", "--output"),
    "csplit": ("-f", "--prefix"),
    "jq": (),
}
# Programs that change their operands in place with one of these options; () means always.
IN_PLACE: dict[str, tuple[str, ...]] = {
    "sed": ("-i", "--in-place"),
    "gsed": ("-i", "--in-place"),
    "perl": ("-i",),
    "ruby": ("-i",),
    "yq": ("-i", "--inplace"),
    "clang-format": ("-i",),
    "gofmt": ("-w",),
    "goimports": ("-w",),
    "prettier": ("-w", "--write"),
    "eslint": ("--fix",),
    "black": (),
    "isort": (),
    "rustfmt": (),
    "dos2unix": (),
    "autopep8": ("-i", "--in-place"),
}
SCRIPT_OPTIONS = ("-e", "-f", "-E", "--expression", "--file", "-l", "--config")
PACKAGE_CHANGES = ("install", "i", "ci", "add", "remove", "uninstall", "update", "upgrade", "link")
# Subcommands that change the folder they run in; "" means without a subcommand.
FOLDER_CHANGES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun"), PACKAGE_CHANGES),
    **dict.fromkeys(("poetry", "pipenv"), (*PACKAGE_CHANGES, "lock")),
    **dict.fromkeys(("bundle", "composer"), (*PACKAGE_CHANGES, "require")),
    "uv": ("sync", "add", "remove", "lock", "venv", "init"),
    "cargo": ("build", "clean", "fmt", "fix", "add", "remove", "update", "init"),
    "go": ("mod", "get", "generate", "fmt"),
    **dict.fromkeys(("mvn", "gradle", "gradlew"), ("build", "clean", "assemble", "install")),
    **dict.fromkeys(
        ("make", "gmake"), ("", "all", "build", "install", "clean", "distclean", "dist")
    ),
}
FOLDER_OPTIONS = (
    *("--prefix", "-C", "--cwd", "--dir", "--directory", "--project", "--manifest-path"),
    *("--project-dir", "--working-dir", "-p"),
)
SQL_CHANGES = ("insert", "update", "delete", "drop", "create", "alter", "replace", "vacuum")


def program_writes(command: SimpleCommand) -> list[Write]:
    """Return what a program writes, for all programs but git, shells and interpreters."""
    program, words = command.program, command.words[1:]
    if program in ("tar", "bsdtar", "gtar"):
        written, removed = tar_writes(words, command.cwd), list[str]()
    else:
        written, removed = named_writes(program, words)
    if program in FOLDER_CHANGES:
        written += changed_folders(program, words, command.cwd)
    places = [(word, False) for word in written] + [(word, True) for word in removed]
    return [
        Write(program, absolute(word, command.cwd), removes=removes) for word, removes in places
    ]


def named_writes(program: str, words: list[str]) -> tuple[list[str], list[str]]:
    """Return what a program writes and what it removes, according to the tables above."""
    if program in REMOVERS:
        return [], split_options(words, REMOVERS[program])[1]
    if program in WRITERS or program in MODE_CHANGERS:
        operands = split_options(words, WRITERS.get(program, ("--reference",)))[1]
        return operands if program in WRITERS else operands[1:], []
    if program in COPIERS:
        return copier_writes(program, words)
    if program in IN_PLACE:
        return in_place_writes(program, words), []
    return output_files(program, words), []


def output_files(program: str, words: list[str]) -> list[str]:
    """Return the files that a program is told to write its output to."""
    if program == "dd":
        return [word.removeprefix("of=") for word in words if word.startswith("of=")]
    names = OUTPUT_OPTIONS.get(program, ())
    options, operands = split_options(words, names or ("-b", "-l", "-n", "-a", "-x", "-i", "-c"))
    written = values_of(options, names)
    if program in ("patch", "mktemp", "zip", "mknod", "script"):
        written += operands[:1]
    if program == "patch" and not written and not has_option(options, ("--dry-run",)):
        written = ["."]
    if program in ("ffmpeg", "convert", "magick"):
        written += operands[1:][-1:] if program != "ffmpeg" else operands[-1:]
    if program == "ruff":
        is_fixing = operands[:1] == ["format"] or has_option(options, ("--fix", "--fix-only"))
        is_check = has_option(options, ("--check", "--diff"))
        written += (operands[1:] or ["."]) if is_fixing and not is_check else []
    if program == "sqlite3":
        is_changing = any(word.lower().lstrip().startswith(SQL_CHANGES) for word in operands[1:])
        written += operands[:1] if is_changing else []
    if program == "cpio" and has_option(options, ("-p", "-i", "--pass-through", "--extract")):
        written += operands[-1:] or ["."]
    if program in ("docker", "podman", "kubectl") and operands[:1] == ["cp"]:
        written += [target for target in operands[2:] if is_local(target)]
    return written + (operands[1:2] if program == "split" else [])


def copier_writes(program: str, words: list[str]) -> tuple[list[str], list[str]]:
    """Return what `cp`, `mv`, `ln`, `install` or `rsync` writes and removes."""
    options, operands = split_options(words, COPIERS[program])
    targets = values_of(options, ("-t", "--target-directory"))
    if program == "install" and has_option(options, ("-d", "--directory")):
        return operands, []
    if program == "rsync" and has_option(options, ("-n", "--dry-run")):
        return [], []
    sources = operands if targets else operands[:-1]
    targets = targets or (operands[-1:] if len(operands) > 1 else [])
    moves = program == "mv" or has_option(options, ("--remove-source-files",))
    return [target for target in targets if is_local(target)], sources if moves else []


def is_local(target: str) -> bool:
    """Tell whether a target is on this machine: `host:path` is not."""
    return ":" not in target.partition("/")[0]


def in_place_writes(program: str, words: list[str]) -> list[str]:
    """Return the files that a stream editor or a formatter changes."""
    options, operands = split_options(words, SCRIPT_OPTIONS)
    if program in ("perl", "ruby"):  # as in `-pi -e`: `-i` may follow any letter
        is_changing = any("i" in word.partition("e")[0] for word in words if word[:1] == "-")
    else:
        is_changing = not IN_PLACE[program] or has_option(options, IN_PLACE[program])
    is_check = has_option(options, ("--check", "--check-only", "--diff"))
    has_script = has_option(options, ("-e", "-f", "--expression", "--file"))
    takes_script = program in ("sed", "gsed", "yq") and not has_script
    return operands[takes_script:] if is_changing and not is_check else []


def tar_writes(words: list[str], cwd: str) -> list[str]:
    """Return the archive that tar makes, or the folder it unpacks into."""
    if words and not words[0].startswith("-"):  # `tar xf FILE`
        words = [f"-{words[0]}", *words[1:]]
    names = ("-C", "--directory", "-f", "--file", "-X", "-T", "-b")
    options, _ = split_options(words, names)
    unpacks = has_option(options, ("-x", "--extract", "--get"))
    if unpacks:
        return values_of(options, ("-C", "--directory")) or [cwd or ""]
    makes = has_option(options, ("-c", "-r", "-u", "-A", "--create", "--append", "--update"))
    archives = values_of(options, ("-f", "--file")) if makes else []
    return [archive for archive in archives if archive != "-"]


def changed_folders(program: str, words: list[str], cwd: str) -> list[str]:
    """Return the folder that a package manager or a build changes."""
    options, operands = split_options(words, FOLDER_OPTIONS)
    operands = [operand for operand in operands if "=" not in operand]
    if (operands[0] if operands else "") not in FOLDER_CHANGES[program]:
        return []
    if has_option(options, ("-g", "--global", "--dry-run", "-n", "--check")):
        return []
    folders = values_of(options, FOLDER_OPTIONS)
    made = operands[1:2] if program == "uv" and operands[0] in ("venv", "init") else []
    return made or folders or [cwd]
