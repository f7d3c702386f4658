"""Figures in Prometheus' text format 0.0.4, and the meter that counts requests.

The meter stands between the guard and the app, so it counts what the app answered; what the guard
refused is in the access log. Called by `app.py` and the metrics route.
"""

import threading
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

#: Upper bounds of the histogram's buckets, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
#: Methods that are counted by name; whatever else somebody invents is one.
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))


class Meter:
    """WSGI middleware that counts requests by method and status, and how long they took."""

    def __init__(self, app: Callable):
        self._app = app
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._buckets: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self._seconds: dict[str, float] = defaultdict(float)

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        began = time.perf_counter()
        method = environ["REQUEST_METHOD"]
        method = method if method in _METHODS else "other"

        def start(status: str, headers: list, exc_info=None):
            self._count(method, status[:3], time.perf_counter() - began)
            return start_response(status, headers, exc_info)

        return self._app(environ, start)

    def _count(self, method: str, status: str, seconds: float) -> None:
        with self._lock:
            self._requests[method, status] += 1
            self._buckets[method][bisect_left(BUCKETS, seconds)] += 1
            self._seconds[method] += seconds

    def lines(self) -> list[str]:
        """The families of the requests."""
        with self._lock:
            requests = sorted(self._requests.items())
            buckets = sorted((method, list(counts)) for method, counts in self._buckets.items())
            seconds = dict(self._seconds)
        name = "longhaul_http_requests_total"
        out = family(
            name,
            "counter",
            "Requests that the service answered.",
            [({"method": m, "status": s}, n) for (m, s), n in requests],
        )
        name = "longhaul_http_request_seconds"
        out += [f"# HELP {name} Time from a request to its answer.", f"# TYPE {name} histogram"]
        for method, counts in buckets:
            total = 0
            for bound, count in zip((*BUCKETS, "+Inf"), counts, strict=True):
                total += count
                out.append(sample(f"{name}_bucket", {"method": method, "le": str(bound)}, total))
            out.append(sample(f"{name}_sum", {"method": method}, seconds[method]))
            out.append(sample(f"{name}_count", {"method": method}, total))
        return out


def family(name: str, kind: str, help_text: str, samples: Iterable[tuple[dict, float]]) -> list:
    """The lines of one metric: what it is, and a sample for each set of labels."""
    lines = [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
    return lines + [sample(name, labels, value) for labels, value in samples]


def sample(name: str, labels: dict[str, str], value: float) -> str:
    """One line; label values escaped as the format wants it."""
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    number = str(value) if isinstance(value, int) else f"{value:.6f}"
    return f"{name}{{{inside}}} {number}" if inside else f"{name} {number}"


def process() -> list[str]:
    """The families of this process."""
    import psutil  # 20 ms that a start need not wait for

    me = psutil.Process()
    with me.oneshot():
        memory, times, began = me.memory_info().rss, me.cpu_times(), me.create_time()
    prefix = "longhaul_process"
    cpu = times.user + times.system
    return [
        *family(f"{prefix}_resident_memory_bytes", "gauge", "Resident memory.", [({}, memory)]),
        *family(f"{prefix}_cpu_seconds_total", "counter", "Processor time used.", [({}, cpu)]),
        *family(f"{prefix}_start_time_seconds", "gauge", "Start, Unix time.", [({}, began)]),
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
