"""`longhaul completion`: the script that teaches a shell our words."""

import argparse

from desktop.failures import DONE, WrongUse
from desktop.output import emit
from desktop.parser import Commands

DESCRIPTION = """\
Print the completion script for a shell. To have it in every new one:
  bash: longhaul completion bash > ~/.local/share/bash-completion/completions/longhaul
  zsh:  longhaul completion zsh > a folder of your $fpath, as _longhaul
  fish: longhaul completion fish > ~/.config/fish/completions/longhaul.fish"""


def register(commands: Commands) -> None:
    summary = "the completion script for your shell"
    parser = commands.add("completion", summary, run, description=DESCRIPTION)
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), nargs="?", metavar="SHELL")


def run(args: argparse.Namespace) -> int:
    from desktop.completion_scripts import SCRIPTS

    if not args.shell:
        raise WrongUse("For which shell?", "longhaul completion bash, zsh or fish")
    emit(SCRIPTS[args.shell].strip())
    return DONE


def answer(words: list[str]) -> int:
    """What the scripts call, with the words of a line: its candidates on stdout."""
    from desktop.completion import candidates
    from desktop.parser import build

    for word, what in candidates(build(), words):
        emit(f"{word}\t{what}")
    return DONE
