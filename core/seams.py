"""Named places where a test may end this process, so that crashes are addressed, not awaited.

`reach("target-committed")` does nothing unless the environment says
`LONGHAUL_SEAM=target-committed:3`, when the third time kills the process (SIGKILL, no clean-up),
or `…:3:stop`, when it stops (SIGSTOP). The places are listed in PLACES; a test visits them all.
"""

import os
import signal

#: place → what has just happened there
PLACES = {
    "enqueue-written": "a task is written, its transaction still open",
    "enqueue-committed": "a task is accepted, the answer not yet sent",
    "claim-written": "a claim is written, its transaction still open",
    "claimed": "a job is claimed, its code not yet started",
    "adopted": "the target's checkpoint row carries the new fence",
    "reconciled": "our own state follows the target's checkpoint row",
    "read": "a batch is read from the target",
    "computed": "a batch is computed, nothing of it written",
    "target-begun": "the target's checkpoint row is moved, its transaction open",
    "target-effects": "the effects are written, the target's transaction open",
    "refused": "the target has refused a batch, nothing of it is written",
    "target-committed": "the target has committed, our own state does not know it yet",
    "checkpoint-written": "our own checkpoint is written, its transaction open",
    "checkpointed": "our own checkpoint is committed",
    "settle-written": "the end of an attempt is written, its transaction open",
    "settled": "the end of an attempt is committed",
    "death-written": "the end of a dead worker's attempt is written, its transaction open",
    "death-settled": "the end of a dead worker's attempt is committed",
    "words-written": "words of pages are in the index, its transaction still open",
    "scan-written": "recordings that a scan found are written, its transaction still open",
    "import-placed": "an imported file has its name, its transaction still open",
    "sidecar-written": "one of the files beside an audio file is written",
    "steer-written": "a person's verb is written, its transaction open",
    "steered": "a person's verb is committed, the answer not yet sent",
    "photo-planned": "a photo's move into the trash is written down, the file not yet moved",
    "photo-linked": "a file has both names, on a file system that can rename only over others",
    "photo-copied": "a copy of a photo on another file system is whole, under a draft's name",
    "photo-placed": "the copy has its name, the original is still there",
    "photo-moved": "a photo is moved, its row does not know it yet",
    "manifest-written": "a new manifest is whole, under a draft's name",
    "manifest-placed": "the manifest is in its place, the job has not told it",
    "trash-emptied": "a file is deleted from the trash, its row is still there",
    "restore-planned": "bringing files back is written down, none is moved",
    "photo-restored": "a file is back, its row does not know it yet",
    "upload-placed": "uploaded files are in the project, their rows and task not written",
    "upload-told": "uploaded files are told, the answer not yet sent",
}

_place, _, _rest = os.environ.get("LONGHAUL_SEAM", "").partition(":")
_left = int(_rest.partition(":")[0] or 1) if _place else 0
_signal = signal.SIGSTOP if _rest.endswith(":stop") and hasattr(signal, "SIGSTOP") else None


def arm(place: str) -> None:
    """From now on the first time that `place` is reached kills this process (`core.kit.victim`)."""
    global _place, _left, _signal
    _place, _left, _signal = place, 1, None


def reach(place: str) -> None:
    """Pass by `place`; dies here when a test asked for it."""
    if place != _place:
        return
    global _left
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), _signal or signal.SIGKILL)
