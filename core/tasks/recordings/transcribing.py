"""One attempt at one recording: decode, hear piece by piece, keep the transcription.

Each piece is committed with the cursor behind it, so a crash costs one. The sidecars are written
before the end, and the transcription is committed with it: a crash in between writes them again.
"""

import errno
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import Discard, DiskFull, Fail, Forbidden, Retry
from core.paths import stat_beneath
from core.recordings import sidecars, texts
from core.recordings.engines import Heard
from core.recordings.hearing import Audio, Damage, Listen, Plan, seconds
from core.recordings.present import choose, folders_of, second_best
from core.recordings.records import read_segments, write_segments, write_transcription
from core.recordings.speech import Speech, Unheard, keeper
from core.recordings.texts import Segment, Transcription, Word
from core.run import Run
from core.store import Row

STAGES = ("decoding", "transcribing", "writing")
SPOOL = "spool"  #: folder of the data directory for decoded sound


class Transcribing:
    """An attempt."""

    def __init__(self, run: Run, params: Any):
        self._run, self._store, self._params = run, run.ledger.store, params
        self._take = run.job.id
        row = self._store.one("recording", id=params.recording)
        if row is None:
            raise Discard("The recording was removed")
        self._row: Row = row

    def attempt(self) -> dict[str, Any]:
        """The task's result. Raises what ends the attempt otherwise."""
        settings = self._run.ledger.settings()
        folders = folders_of(self._run.data_dir, settings.recordings_models_folder)
        name = self._params.engine or settings.recordings_engine
        model = self._params.model or settings.recordings_model
        engine, chosen, problem = choose(name, model, folders)
        if engine is None or chosen is None:
            raise Fail(problem, hint="The settings choose another engine", code="no-engine")
        if not model and (why := second_best(chosen, folders)):
            self._run.log(f"Heard with {chosen.name}, the best model there is. {why}", "warning")
        self._engine, self._model = engine, chosen
        audio = self._audio()
        speech = keeper.take(engine.memory)
        try:
            plan = self._decode(speech, audio)
            segments, language = self._hear(speech, audio, plan)
        finally:
            keeper.give(speech)
        return self._keep(plan, segments, language)

    # --- the steps -------------------------------------------------------------------------------

    def _audio(self) -> Audio:
        folder, path = self._row["folder"], self._row["path"]
        try:
            status = stat_beneath(Path(folder), path)
        except (FileNotFoundError, Forbidden):
            raise self._gone() from None
        except OSError as error:
            raise Retry(f"{path} cannot be read: {error.strerror}") from None
        spool = self._run.data_dir / SPOOL
        spool.mkdir(mode=0o700, exist_ok=True)
        return Audio(folder, path, status.st_size, status.st_mtime_ns, str(spool))

    def _gone(self) -> Fail:
        """Its audio is gone: `missing`, which is told with the end of the attempt."""
        self._run.checkpoint(effects=self._lose)
        hint = "Put the file back: the next scan finds it, and queues it again"
        return Fail(f"The audio is gone: {self._row['path']}", hint=hint, code="audio-missing")

    def _lose(self) -> None:
        now = self._run.ledger.clock.wall()
        self._store.one("recording_missing", id=self._row["id"], now=now)

    def _decode(self, speech: Speech, audio: Audio) -> Plan:
        self._run.stage("decoding")
        plan = self._ask(speech, audio)
        assert isinstance(plan, Plan)
        return plan

    def _hear(self, speech: Speech, audio: Audio, plan: Plan) -> tuple[list[Segment], str]:
        """The segments of all pieces; those that an earlier attempt heard are not heard again."""
        run, total = self._run, max(1, round(plan.duration))
        run.stage("transcribing")
        mark = [audio.size, audio.mtime_ns, self._engine.name, self._model.name]
        cursor = run.cursor or {}
        first = cursor["pieces"] if cursor.get("of") == mark else 0
        language = cursor.get("language", "") if first else ""
        anew = None if first else self._forget  # what an attempt heard of other content
        run.checkpoint(done=self._done(plan, first), total=total, tell=True, effects=anew)
        for number, piece in enumerate(plan.pieces[first:], first):
            heard = Heard("")
            if piece.is_voiced:
                request = Listen(audio, piece, self._engine.name, self._model)
                heard = self._ask(speech, request)
            language = language or heard.language
            run.checkpoint(
                {"pieces": number + 1, "of": mark, "language": language},
                done=self._done(plan, number + 1),
                total=total,
                effects=partial(self._add, number, _segment(heard, seconds(piece.start), piece)),
            )
        kept = read_segments(self._store, self._row["id"], self._take)
        return kept[: len(plan.pieces)], language

    def _forget(self) -> None:
        self._store.changed("delete_segments", id=self._row["id"], take=self._take)

    def _done(self, plan: Plan, pieces: int) -> int:
        """Seconds of audio behind so many pieces."""
        if pieces >= len(plan.pieces):
            return max(1, round(plan.duration))
        return round(seconds(plan.pieces[pieces].start))

    def _add(self, number: int, segment: Segment) -> None:
        write_segments(self._store, self._row["id"], self._take, [segment], number)

    def _keep(self, plan: Plan, segments: list[Segment], language: str) -> dict[str, Any]:
        self._run.stage("writing")
        told = Transcription(
            text=texts.joined(segments),
            segments=tuple(segments),
            duration=round(plan.duration, 3),
            language=language or self._model.language,
            confidence=texts.confidence(segments),
            engine=self._engine.name,
            model=self._model.name,
        )
        self._write_sidecars(told)
        self._run.when_completed(partial(self._commit, told))
        words = sum(len(segment.words) or len(segment.text.split()) for segment in segments)
        if not told.text:
            self._run.message("Nothing is said in it")
        return {
            # The text stands with the recording, which second screens do not see; tasks they do.
            "recording": self._row["id"],
            "words": words,
            "duration": told.duration,
            "language": told.language,
            "confidence": told.confidence,
            "engine": told.engine,
            "model": told.model,
        }

    def _commit(self, told: Transcription) -> None:
        now = self._run.ledger.clock.wall()
        write_transcription(self._store, self._row["id"], told, self._take, now)

    def _write_sidecars(self, told: Transcription) -> None:
        """Beside the audio, under the name it has by now. A folder that cannot be written to costs
        the sidecars, not the transcription."""
        self._run.confirm()
        row = self._store.one("recording", id=self._row["id"]) or self._row
        try:
            sidecars.write(row["folder"], row["path"], told)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull("The disk that holds the recordings is full") from None
            self._run.log(f"No sidecars were written: {error.strerror}", "warning")
        except Forbidden as error:
            self._run.log(f"No sidecars were written: {error.detail}", "warning")

    # --- asking ----------------------------------------------------------------------------------

    def _ask(self, speech: Speech, request: Audio | Listen) -> Any:
        """The answer of the process that hears; damage and failures end the attempt."""
        try:
            answer = speech.ask(request, self._run.check)
        except Unheard as error:
            kind = {"timeout": "too slow", "memory": "needs too much memory", "crash": "crashed"}
            lead = kind.get(error.failure.kind, "failed")
            if error.failure.trace:
                self._run.log(error.failure.trace, "error")
            raise Retry(f"{self._engine.title} {lead}: {error}") from None
        if not isinstance(answer, Damage):
            return answer
        if answer.code == "audio-missing":
            raise self._gone()
        if answer.code == "changed":
            raise Retry("The file was written to meanwhile; it is looked at again", seconds=3.0)
        raise Fail(answer.message, hint=answer.hint, code=answer.code)


def _segment(heard: Heard, start: float, piece: Any) -> Segment:
    """What was heard in a piece, with times from the start of the recording."""
    words = tuple(
        Word(w.text, round(start + w.start, 3), round(start + w.stop, 3), w.confidence)
        for w in heard.words
    )
    stop = seconds(piece.stop)
    if words:  # from the first word to the last, as it is read and marked
        start, stop = words[0].start, words[-1].stop
    confidence = round(heard.confidence, 3) if heard.confidence is not None else None
    return Segment(start, stop, heard.text, confidence, words)
