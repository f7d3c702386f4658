"""`longhaul stop`: end the service cleanly, and say what happened to the work."""

import argparse
import time
from pathlib import Path
from typing import Any

from desktop import params, words
from desktop.client import Client
from desktop.failures import DONE, Failure, NoService, TimedOut
from desktop.output import emit, plain, say
from desktop.parser import Commands
from desktop.places import SERVER_FILE, ServerFile, data_folder

#: Seconds for the service to end; it has 10 itself.
PATIENCE_S = 15.0


def register(commands: Commands) -> None:
    commands.add("stop", "end the service; its work is kept and goes on at the next start", run)


def run(args: argparse.Namespace) -> int:
    folder = data_folder(args.data_dir)
    client = Client.of(folder, patience_s=10)
    process = _verified(client)
    running = params.listed(client.get("/tasks", status="running", show_maintenance=True))
    client.close()
    process.terminate()  # psutil looks again whether the pid is still this process
    began = time.monotonic()
    say("Stopping: what runs is brought to its next checkpoint …")
    while process.is_running() and not _is_zombie(process):
        if time.monotonic() - began > PATIENCE_S:
            raise TimedOut(
                f"The service (pid {process.pid}) still runs after {PATIENCE_S:.0f} s.",
                f"Wait a little; as the last resort: kill -9 {process.pid} (the work is kept).",
            )
        time.sleep(0.05)
    if (folder / SERVER_FILE).exists() and _is_same(folder, client.server):
        say(f"It left {SERVER_FILE} behind, so it did not end cleanly; its work is kept anyway.")
    emit(f"Stopped after {words.duration(time.monotonic() - began)}.")
    for text in _kept(running):
        say(text)
    return DONE


def _verified(client: Client) -> Any:
    """The process of the service. Raises NoService when there is none.

    Who takes our token wrote `server.json`, so its pid is the answering service's and was not
    given to another process since. No clock is needed for that, and none could be trusted.
    """
    import psutil

    pid = client.server.pid
    answering = client.get("/version").get("pid")  # NoService for who does not know our token
    if answering != pid:
        raise Failure(
            f"{SERVER_FILE} names process {pid}, but process {answering} answers.",
            "Nothing was stopped. See what runs: longhaul doctor",
        )
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        raise NoService(f"The service (pid {pid}) has just ended.") from None


def _is_zombie(process: Any) -> bool:
    import psutil

    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _is_same(folder: Path, server: ServerFile) -> bool:
    try:
        return ServerFile.read(folder) == server
    except NoService:
        return False


def _kept(running: list[dict[str, Any]]) -> list[str]:
    if not running:
        return ["Nothing was running."]
    told = [
        f"{words.plural(len(running), 'task')} went back to the queue, and will go on from there:"
    ]
    for task in running:
        progress = words.progress(task["progress"])
        told.append(f"  {task['id']} {plain(task['title'])}{f' ({progress})' if progress else ''}")
    return told
