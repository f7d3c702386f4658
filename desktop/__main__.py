"""The `longhaul` command: reads the words, runs one command, turns failures into exit statuses.

Nothing of the service (core, webui, pydantic) is imported here, so that a command starts at once;
only `longhaul serve` brings it in. The commands are in `desktop/commands`.
"""

import os
import sys
from collections.abc import Sequence

from desktop.failures import DONE, INTERRUPTED, Failure
from desktop.output import emit, paint, plain, say
from desktop.parser import build, parse


def main(words: Sequence[str] | None = None) -> int:
    """Run one command line (default: that of this process); the exit status."""
    try:
        return _run(words)
    except Failure as failure:
        label = paint("longhaul:", "red", sys.stderr)
        say(f"{label} {plain(failure)}")
        for line in failure.remedy.splitlines():
            say(f"  {plain(line)}")
        return failure.exit_status
    except KeyboardInterrupt:
        say("longhaul: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output left (`longhaul list | head`): nothing to say, nobody to say it
        # to. The descriptor is replaced, or Python complains when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _run(words: Sequence[str] | None) -> int:
    words = sys.argv[1:] if words is None else list(words)
    if words[:3] == ["completion", "--answer", "--"]:
        from desktop.commands.completion import answer

        return answer(words[3:])  # half a command line: not for the parser
    args = parse(build(), words)
    if args.version:
        from importlib.metadata import PackageNotFoundError, version

        try:
            emit(f"longhaul {version('longhaul')}")
        except PackageNotFoundError:
            emit("longhaul, not installed (run from its sources)")
        return DONE
    if args.command is None:
        from desktop.commands.open import run

        return run(args)
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
