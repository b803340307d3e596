"""The functions with which bash, zsh and fish ask for names; shtab's scripts call them.

They ask the command `orchestra` itself, which the daemon answers, and print nothing if that fails.
Its output is never read as shell code. -C is passed on.
"""

ASK = "__complete"

_BASH = """\
_orchestra_names() {
  local name words directory=()
  [[ ${COMP_WORDS[1]} == -C ]] && directory=(-C "${COMP_WORDS[2]}")
  while IFS=$'\\t' read -r name words; do
    [[ $name == "$2"* ]] && printf '%s\\n' "$name"
  done < <(command orchestra "${directory[@]}" __complete "$1" 2>/dev/null)
}
"""
_ZSH = """\
_orchestra_names() {
  local name words
  local -a names directory typed
  typed=(${(z)BUFFER})
  [[ $typed[2] == -C ]] && directory=(-C ${(Q)typed[3]})
  while IFS=$'\\t' read -r name words; do
    names+=("${name//:/\\\\:}:${words}")
  done < <(command orchestra $directory __complete $1 2>/dev/null)
  _describe -t names $1 names
}
"""
_FISH = """\
function _orchestra_names
  set -l typed (commandline -opc)
  if test "$typed[2]" = -C
    command orchestra -C $typed[3] __complete $argv 2>/dev/null
  else
    command orchestra __complete $argv 2>/dev/null
  end
end
"""
PREAMBLE = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def completer(kind: str) -> dict[str, object]:
    """Return shtab's setting that makes an argument complete names of a kind."""
    function = f"_orchestra_{kind}"
    bash = f'{function}() {{ _orchestra_names {kind} "$1"; }}\n'
    zsh = f"{function}() {{ _orchestra_names {kind}; }}\n"
    return {
        "bash": function,
        "zsh": function,
        "fish": f"(_orchestra_names {kind})",
        "preamble": {"bash": bash, "zsh": zsh, "fish": ""},
    }
