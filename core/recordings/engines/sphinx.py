"""CMU PocketSphinx: embedded, offline, with the English model of its own package.

Word error rate about 0.26 on read English: good for finding a recording again, not for print.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.recordings.engines import MEMORY, Heard, Model
from core.recordings.texts import Word

MODEL = "en-us"
FRAMES = 100  #: of its own, a second


class Sphinx:
    """The engine that is always there."""

    name = "pocketsphinx"
    title = "PocketSphinx"
    quality = "Good for searching, not for print: about a quarter of the words are wrong. English."
    memory = MEMORY

    def problem(self) -> str:
        if importlib.util.find_spec("pocketsphinx") is None:
            return "PocketSphinx is not installed: pip install pocketsphinx"
        return ""

    def models(self, folders: Sequence[str]) -> list[Model]:
        spec = importlib.util.find_spec("pocketsphinx")
        where = Path(spec.origin).parent / "model" / MODEL if spec and spec.origin else None
        return [Model(MODEL, str(where), "en")] if where is not None and where.is_dir() else []

    def load(self, model: Model) -> "Listening":
        return Listening(model)


class Listening:
    """A decoder. One that failed is unusable from then on, so it is made anew."""

    def __init__(self, model: Model):
        self._language = model.language
        self._decoder: Any = _decoder()

    def hear(self, sound: bytes) -> Heard:
        decoder, self._decoder = self._decoder or _decoder(), None
        # Nothing of what came before: the level of its noise would change words of a short piece.
        decoder.reinit_feat()
        decoder.start_utt()
        # The whole piece at once: normalised over all of it.
        decoder.process_raw(sound, full_utt=True)
        decoder.end_utt()
        words = tuple(_words(decoder))
        self._decoder = decoder
        text = " ".join(word.text for word in words)
        told = [(w.confidence or 0.0, w.stop - w.start) for w in words]
        seconds = sum(length for _, length in told)
        mean = sum(c * length for c, length in told) / seconds if seconds else None
        return Heard(text, words, mean, self._language)


def _decoder() -> Any:
    from pocketsphinx import Decoder

    return Decoder(loglevel="FATAL")


def _words(decoder: Any) -> list[Word]:
    """Without silences, noises and the numbers of pronunciations: `<sil>`, `[NOISE]`, `was(2)`."""
    if decoder.hyp() is None:
        return []
    return [
        Word(
            s.word.partition("(")[0],
            s.start_frame / FRAMES,
            (s.end_frame + 1) / FRAMES,
            round(max(0.0, min(1.0, s.prob)), 3),
        )
        for s in decoder.seg()
        if s.word[:1] not in ("<", "[", "+")
    ]
