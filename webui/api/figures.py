"""The figures of `GET /metrics`: the queue's, the streams', the requests', the process's."""

from core.model import Status
from core.service import Service
from webui import metrics
from webui.metrics import Meter, family
from webui.stream import Broadcaster


def text(service: Service, stream: Broadcaster, meter: Meter) -> str:
    """All families in Prometheus' text format."""
    figures = service.stats.figures()
    lines = [*_queue(figures["queue"]), *_finished(figures["finished"])]
    lines += family(
        "longhaul_last_event_id",
        "counter",
        "Number of the newest event.",
        [({}, figures["last_event_id"])],
    )
    lines += _streams(stream.stats())
    lines += family(
        "longhaul_workers", "gauge", "Worker processes alive.", [({}, len(service.supervisor.pids))]
    )
    lines += family(
        "longhaul_conditions",
        "gauge",
        "What is wrong right now.",
        [({"code": c["code"]}, 1) for c in service.conditions()],
    )
    return "\n".join([*lines, *meter.lines(), *metrics.process(), ""])


def _queue(queue: dict) -> list[str]:
    names = {"pending" if s == Status.QUEUED else s.value: s.value for s in Status}
    lanes = queue["lanes"]
    return [
        *family(
            "longhaul_tasks",
            "gauge",
            "Tasks by status.",
            [({"status": status}, queue[name]) for name, status in names.items()],
        ),
        *family(
            "longhaul_lane_slots",
            "gauge",
            "Slots of a lane.",
            [({"lane": lane["name"]}, lane["slots"]) for lane in lanes],
        ),
        *family(
            "longhaul_lane_busy",
            "gauge",
            "Slots of a lane on which its jobs run.",
            [({"lane": lane["name"]}, lane["busy"]) for lane in lanes],
        ),
        *family("longhaul_queue_paused", "gauge", "1: paused.", [({}, int(queue["is_paused"]))]),
    ]


def _finished(rows: list[dict]) -> list[str]:
    return [
        *family(
            "longhaul_tasks_finished_total",
            "counter",
            "Tasks that ever finished.",
            [
                ({"type": row["type"], "status": status}, row[status])
                for row in rows
                for status in ("completed", "failed", "cancelled")
            ],
        ),
        *family(
            "longhaul_records_total",
            "counter",
            "Records of finished tasks.",
            [({"type": row["type"]}, row["records"]) for row in rows],
        ),
    ]


def _streams(stats: dict[str, int]) -> list[str]:
    return [
        *family("longhaul_streams_open", "gauge", "Streams open.", [({}, stats["open"])]),
        *family("longhaul_streams_cut_total", "counter", "Streams cut off.", [({}, stats["cut"])]),
        *family("longhaul_stream_events_total", "counter", "Events sent.", [({}, stats["sent"])]),
    ]
