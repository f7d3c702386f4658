"""`longhaul show`: everything about one task."""

import argparse
from typing import Any

from desktop import words
from desktop.bars import shown_status, why
from desktop.client import Client
from desktop.failures import DONE
from desktop.output import STATUS_COLOURS, emit, emit_json, paint, pairs, plain, table
from desktop.params import shown
from desktop.parser import Commands, completes, task_id
from desktop.places import data_folder


def register(commands: Commands) -> None:
    parser = commands.add("show", "everything about one task", run, json=True)
    completes(parser.add_argument("id", metavar="ID", type=task_id, help="its number"), "ids")


def run(args: argparse.Namespace) -> int:
    task = Client.of(data_folder(args.data_dir)).get(f"/tasks/{args.id}")
    emit_json(task) if args.json else _show(task)
    return DONE


def _show(task: dict[str, Any]) -> None:
    status = shown_status(task)
    colour = STATUS_COLOURS.get(status, "")
    emit(f"{task['id']}  {paint(plain(task['title']), 'bold')}  {paint(status, colour)}")
    eta = " · ".join(filter(None, (words.rate(task.get("rate")), words.eta(task.get("eta")))))
    pairs(
        [
            ("type", task["type"]),
            ("why", why(task)),
            ("note", task.get("note")),
            ("asked by", words.who(task.get("asked_by"))),
            ("approved", words.who(task.get("approved"))),
            ("stage", task.get("stage")),
            ("message", task.get("message")),
            ("progress", words.progress(task["progress"])),
            ("speed", eta),
            ("priority", task.get("priority") or None),
            ("attempts", f"{task.get('attempts')} of {task.get('max_attempts')}"),
            ("not before", words.local_time(task.get("scheduled_at"))),
            ("created", words.local_time(task.get("created_at"))),
            ("started", words.local_time(task.get("started_at"))),
            ("finished", words.local_time(task.get("finished_at"))),
            ("took", words.took(task)),
            ("result", task.get("result_url")),
            ("you may", ", ".join(task.get("allowed") or [])),
        ]
    )
    _params(task.get("params") or {})
    _jobs(task.get("jobs") or [])


def _params(params: dict[str, Any]) -> None:
    given = {name: value for name, value in params.items() if value not in ("", None)}
    if given:
        emit("")
        table(("parameter", "value"), [(name, shown(value)) for name, value in given.items()])


def _jobs(jobs: list[dict[str, Any]]) -> None:
    if not jobs:
        return
    emit("")
    table(
        ("job", "status", "type", "lane", "tries", "progress", "outcome"),
        [
            (
                job["id"],
                job["status"],
                job["type"],
                job["lane"],
                job["attempts"],
                words.progress(job["progress"]),
                why(job) or ", ".join(f"{n} {words.counted(c)}" for n, c in tally_of(job).items()),
            )
            for job in jobs
        ],
        [STATUS_COLOURS.get(job["status"], "") for job in jobs],
    )


def tally_of(job: dict[str, Any]) -> dict[str, int]:
    """What became of the records of a job, by name; those that happened."""
    return {name: count for name, count in (job.get("tally") or {}).items() if count}
