"""What the compute seam costs: records a second through it against bare loops, in the same run.

Records are strings of 60 KB that take about 2.4 ms each in pure Python, like a web page whose date
is looked for. One process is compared with a plain loop in this process, two with a bare
`multiprocessing.Pool(2).imap` (spawn, chunks of 8), and Inline with a list comprehension over
records that take no time. All processes are started and warmed before anything is timed; the two
sides alternate, and the median of the rounds' ratios is printed with its range.

Run: python -m tests.bench.bench_compute [records] [rounds]
"""

import multiprocessing
import random
import statistics
import string
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from time import perf_counter

from core.compute import Code, Computer
from core.compute.inline import Inline
from core.compute.processes import Processes

RECORD_CHARS = 60_000
BATCH_SIZES = (8, 50, 200)


class Steady:
    """About 2.4 ms of pure Python a record."""

    def compute(self, record: str) -> int:
        return steady(record)


class Nothing:
    def compute(self, record: int) -> int:
        return record


def steady(record: str) -> int:
    total = 0
    for number, letter in enumerate(record[:24_000]):
        total = (total + number * ord(letter)) & 0xFFFF
    return total


def through(computer: Computer, records: Sequence, size: int) -> float:
    """Records a second through the seam, as `core.backfill` drives it."""
    began, at, done = perf_counter(), 0, 0
    while done < len(records):
        while at < len(records) and computer.pending < computer.in_flight:
            computer.submit(records[at : at + size])
            at += size
        outcomes = computer.collect(30)
        if outcomes is None or outcomes.failures:
            raise SystemExit("the benchmark's records must not fail")
        done += len(outcomes)
    return done / (perf_counter() - began)


def bare(run: Callable[[], int]) -> float:
    began = perf_counter()
    return run() / (perf_counter() - began)


def compare(name: str, rounds: int, ours: Callable[[], float], theirs: Callable[[], float]) -> None:
    pairs = [(ours(), theirs()) if turn % 2 else (theirs(), ours())[::-1] for turn in range(rounds)]
    ratios = [mine / other for mine, other in pairs]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"{name:34} {mine:12,.0f}/s  bare {other:12,.0f}/s  ratio {statistics.median(ratios):.3f}"
        f"  ({min(ratios):.3f} to {max(ratios):.3f})"
    )


def main(count: int = 300, rounds: int = 15) -> None:
    rng = random.Random(7)
    letters = "".join(rng.choices(string.ascii_letters, k=RECORD_CHARS * 2))
    records = [letters[k : k + RECORD_CHARS] for k in range(count)]
    steadily = Code("tests.bench.bench_compute", "Steady")

    def loop() -> float:
        return bare(lambda: len([steady(record) for record in records]))

    with closing(Processes(steadily, 1)) as one:
        through(one, records[:100], 50)
        for size in BATCH_SIZES:
            ours = partial(through, one, records, size)
            compare(f"1 process, batches of {size}", rounds, ours, loop)

    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool, closing(Processes(steadily, 2)) as two:

        def imap() -> float:
            return bare(lambda: len(list(pool.imap(steady, records, chunksize=8))))

        through(two, records[:100], 50)
        imap()
        for size in BATCH_SIZES:
            ours = partial(through, two, records, size)
            compare(f"2 processes, batches of {size}", rounds, ours, imap)

    numbers, nothing = list(range(1_000)), Nothing().compute
    inline = Inline(Nothing())
    ours = partial(through, inline, numbers, len(numbers))
    plain = partial(bare, lambda: len([nothing(number) for number in numbers]))
    compare("inline, 1,000 records of no work", 200, ours, plain)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
