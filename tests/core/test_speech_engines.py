"""The embedded engine: what it hears depends on the piece alone."""

from core.recordings.decoding import decoded
from core.recordings.engines.sphinx import Sphinx


def test_a_piece_is_heard_alike_whatever_was_heard_before(data):
    """Else one that is done again after a crash would get other words."""

    def sound(name):
        with (data / "audio" / name).open("rb") as file:
            return b"".join(decoded(file))

    (model,) = Sphinx().models([])
    listening, short = Sphinx().load(model), sound("LJ002-0020.wav")
    alone = listening.hear(short)
    assert listening.hear(short) == alone
    listening.hear(sound("ss_0870.wav"))
    assert listening.hear(short) == alone
