"""The shell scripts of `longhaul completion`: each asks the command itself for candidates.

An answer is one line for each candidate: the word, a tab, and what it is. Where there is none, the
shell completes file names.
"""

#: Bash splits words at `=` and `:`, and wants only what follows the last split back.
BASH = r"""
_longhaul() {
    local line="${COMP_LINE:0:COMP_POINT}" current="${COMP_WORDS[COMP_CWORD]}" word cut candidate
    local -a words
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    [[ $current == [=:] ]] && current=""
    word="${words[-1]}"
    cut="${word%"$current"}"
    COMPREPLY=()
    while IFS=$'\t' read -r candidate _; do
        [[ -n $candidate ]] || continue
        [[ $candidate == *= ]] && compopt -o nospace
        COMPREPLY+=("${candidate#"$cut"}")
    done < <("${words[0]}" completion --answer -- "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _longhaul longhaul
"""

ZSH = r"""
#compdef longhaul
_longhaul() {
    local -a plain open
    local candidate what
    while IFS=$'\t' read -r candidate what; do
        [[ -n $candidate ]] || continue
        if [[ $candidate == *= ]]; then
            open+=("${candidate//:/\\:}:$what")
        else
            plain+=("${candidate//:/\\:}:$what")
        fi
    done < <("${words[1]}" completion --answer -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)
    if (( ${#plain} + ${#open} == 0 )); then
        [[ $PREFIX == *=* ]] && compset -P '*='
        _files
        return
    fi
    (( ${#plain} )) && _describe -V 'longhaul' plain
    (( ${#open} )) && _describe -V 'longhaul' open -S ''
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _longhaul "$@"
else
    compdef _longhaul longhaul
fi
"""

FISH = r"""
function __longhaul_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] completion --answer -- $words[2..-1] $current 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (string replace -r '^[^=]*=' '' -- $current)
    end
end
complete -c longhaul -f -a '(__longhaul_candidates)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
