"""Speech: what our way loses against the library alone, in words and in time.

    python -m tests.bench.bench_speech FOLDER [--files N] [--seconds S]

FOLDER holds recordings and `truth.json` (a list of {file, expect, text}). Both ways hear the same
files in the same run: a bare pool of two spawned processes that decode with PyAV, cut at pauses
and hear with PocketSphinx, and a service's queue with two slots: scan, worker processes, segments,
checkpoints, sidecars. Printed are the word error rates, and the seconds of sound a second.
"""

import argparse
import json
import multiprocessing
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core.clock import SystemClock
from tests.recordings import Notes

ROOT = Path(__file__).resolve().parents[2]
SLOTS = 2


def normal(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower().replace("’", "'"))


def errors(wanted: list[str], heard: list[str]) -> int:
    """The least number of words to replace, insert or delete (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


# --- the library alone ----------------------------------------------------------------------------

_decoder = None


def _begin() -> None:
    global _decoder
    from pocketsphinx import Decoder

    _decoder = Decoder(loglevel="FATAL")


def alone(path: str) -> tuple[str, float]:
    """(text, seconds of sound) by the recipe: whole pieces of 8 to 20 s, cut at pauses."""
    import av
    import webrtcvad

    with open(path, "rb") as file, av.open(file) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
        frames = [*container.decode(audio=0), None]
        sound = b"".join(
            bytes(o.planes[0])[: o.samples * 2] for f in frames for o in resampler.resample(f)
        )
    vad, size = webrtcvad.Vad(2), 960
    voiced = [vad.is_speech(sound[i : i + size], 16_000) for i in range(0, len(sound) - size, size)]
    texts, start = [], 0
    while start < len(sound):
        end = len(sound)
        if end - start > 20 * 32_000:
            low, high = (start + 8 * 32_000) // size, (start + 20 * 32_000) // size
            runs, run = [], 0
            for at in range(low, min(high, len(voiced))):
                run = 0 if voiced[at] else run + 1
                runs.append((run, at - run // 2))
            longest, at = max(runs)
            end = (at if longest else high) * size
        _decoder.reinit_feat()  # else words depend on what was heard before
        _decoder.start_utt()
        _decoder.process_raw(sound[start:end], full_utt=True)
        _decoder.end_utt()
        found = _decoder.hyp()
        texts.append(found.hypstr if found else "")
        start = end
    return " ".join(texts), len(sound) / 32_000


def bare(paths: list[str]) -> tuple[dict[str, str], float, float]:
    """({path: text}, seconds it took, seconds of sound); processes and models are ready before."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(SLOTS, _begin) as pool:
        pool.map(alone, paths[:1] * SLOTS * 2, chunksize=1)
        began = time.perf_counter()
        found = pool.map(alone, paths, chunksize=1)
        took = time.perf_counter() - began
    return dict(zip(paths, (t for t, _ in found), strict=True)), took, sum(s for _, s in found)


# --- our way --------------------------------------------------------------------------------------


def ours(paths: list[str]) -> tuple[dict[str, str], float]:
    """({path: text}, seconds from the first claim to the last end) with worker processes."""
    with tempfile.TemporaryDirectory() as made:
        notes = Notes(Path(made), Later())
        with notes.ledger.transaction() as store:
            store.changed("put_setting", key="pipeline.recording_slots", value=str(SLOTS))
            store.changed("settings_changed")
        warm = notes.notes / "warm"
        warm.mkdir()
        for number in range(SLOTS * 2):
            shutil.copyfile(paths[0], warm / f"{number}{Path(paths[0]).suffix}")
        command = [sys.executable, "-m", "core.worker", made]
        workers = [subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) for _ in range(SLOTS)]
        try:
            notes.scan()
            _wait(notes)
            for path in paths:
                shutil.copyfile(path, notes.notes / Path(path).name)
            began = time.perf_counter()
            notes.scan()
            _wait(notes)
            took = time.perf_counter() - began
        finally:
            for worker in workers:
                worker.stdin.close()
            for worker in workers:
                worker.wait(30)
        texts = {r["path"]: r["text"].replace("\n", " ") for r in notes.recordings()}
        return {path: texts[Path(path).name] for path in paths}, took


class Later(SystemClock):
    """An hour from now: all files are finished."""

    def wall(self) -> float:
        return time.time() + 3600.0


def _wait(notes: Notes) -> None:
    while any(task["status"] in ("queued", "running") for task in notes.tasks()):
        time.sleep(0.02)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=1000.0, help="leave out longer ones")
    args = parser.parse_args()
    truth = {
        str(args.folder / one["file"]): normal(one["text"])
        for one in json.loads((args.folder / "truth.json").read_text())
        if one["expect"] == "speech" and one["duration_s"] <= args.seconds
    }
    # the longest first, so that neither way waits for one at the end
    paths = sorted(truth, key=lambda path: -len(truth[path]))[: args.files]
    words = sum(len(truth[path]) for path in paths)
    theirs, bare_s, sound_s = bare(paths)
    own, own_s = ours(paths)
    for name, found in (("library alone", theirs), ("Longhaul", own)):
        wrong = sum(errors(truth[path], normal(found[path])) for path in paths)
        print(f"{name:14} word error rate {wrong / words:.3f} ({wrong} of {words} words)")
    different = sum(normal(theirs[path]) != normal(own[path]) for path in paths)
    print(f"{len(paths)} files, {sound_s:.0f} s of sound; {different} texts differ")
    print(f"bare pool {bare_s:.1f} s ({sound_s / bare_s:.1f} times real time), ours {own_s:.1f} s "
          f"({sound_s / own_s:.1f} times): {bare_s / own_s:.2f} of its speed")  # fmt: skip


if __name__ == "__main__":
    main()
