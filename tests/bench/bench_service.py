"""What the service costs when it does nothing, and how soon it answers after its start.

Prints the time from `longhaul serve` to the first answer, beside the time a bare Python needs to
import nothing (the machine's own pace), then memory and processor of the service process alone
(its workers are not counted) over some idle seconds, with one open event stream.

Run: python -m tests.bench.bench_service [starts] [idle seconds]
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil


def start(folder: Path) -> tuple[subprocess.Popen, float, dict]:
    """A service, the seconds until it answered, and its server.json."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop", "serve", "--data-dir", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    told = folder / "server.json"
    while True:
        try:
            info = json.loads(told.read_text())
            with urllib.request.urlopen(f"{info['url']}/api/v1/health") as answer:
                answer.read()
            return process, time.perf_counter() - began, info
        except (OSError, ValueError):
            time.sleep(0.002)


def bare() -> float:
    """Seconds that a Python that does nothing needs here and now."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - began


def stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def listen(info: dict) -> socket.socket:
    """One open stream, as the page has it."""
    host, port = info["url"].removeprefix("http://").split(":")
    stream = socket.create_connection((host, int(port)))
    head = f"GET /api/v1/events HTTP/1.1\r\nHost: {host}:{port}\r\n"
    stream.sendall(f"{head}Authorization: Bearer {info['token']}\r\n\r\n".encode())
    return stream


def main(starts: int = 7, idle: int = 30) -> None:
    took, paces = [], []
    for _ in range(starts):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o700)
            paces.append(bare())
            process, seconds, _ = start(Path(folder))
            took.append(seconds)
            stop(process)
    print(
        f"start to first answer: {statistics.median(took):.2f} s "
        f"({min(took):.2f} to {max(took):.2f}); a bare Python: {statistics.median(paces):.3f} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o700)
        process, _, info = start(Path(folder))
        stream, measured = listen(info), psutil.Process(process.pid)
        time.sleep(5)
        before = measured.cpu_times()
        time.sleep(idle)
        after = measured.cpu_times()
        used = after.user + after.system - before.user - before.system
        memory = measured.memory_info().rss / 1e6
        print(f"idle: {memory:.1f} MB, {100 * used / idle:.2f} % of a core over {idle} s")
        stream.close()
        stop(process)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
