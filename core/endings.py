"""How an attempt ended: what it returned or raised, as the outcome that is settled. Called by
`worker.py`; nothing here touches the database, but for the trace that goes into the log.
"""

import json
import sys
import traceback
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.documents import compact, storable
from core.errors import DatabaseBusy, Discard, Fail, Halt, LonghaulError, Retry
from core.errors import Snooze as SnoozeSignal
from core.lifecycle import Ending
from core.queue import Outcome
from core.run import Run, Split, Stop
from core.sealed import hidden_in
from core.task_type import Output

JSON_TYPE, TEXT_TYPE, BYTES_TYPE = "application/json", "text/plain", "application/octet-stream"


def told(outcome: Outcome, run: Run) -> Outcome:
    """The outcome as people may read it: no secrets, and the last line beside the bar stays."""
    message = run.line if outcome.message is None else run.hidden(outcome.message)
    if outcome.error is None:
        return replace(outcome, message=message, effects=run.closing)
    error = {k: run.hidden(v) if isinstance(v, str) else v for k, v in outcome.error.items()}
    return replace(outcome, message=message, error=error)


def shown(result: Any, hide: Callable[[str], str]) -> Any:
    """A result without secrets, wherever it is text; bytes stay as they are."""
    if isinstance(result, Output):
        return replace(result, content=hidden_in(result.content, hide))
    return hidden_in(result, hide)


def finished(result: Any) -> Outcome:
    if isinstance(result, Split):
        return Outcome(Ending.SPLIT, chunks=tuple(map(compact, result.chunks)))
    if result is None:
        return Outcome(Ending.COMPLETED)
    if isinstance(result, str | bytes):
        result = Output(result, TEXT_TYPE if isinstance(result, str) else BYTES_TYPE)
    if isinstance(result, Output):
        content = result.content if isinstance(result.content, bytes) else storable(result.content)
        return Outcome(Ending.COMPLETED, result=content, result_type=result.media_type)
    try:
        text = json.dumps(result, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:  # JSON has no NaN and no infinity; hours of work are not lost for one
        loose = json.loads(json.dumps(result, default=str), parse_constant=lambda name: None)
        text = json.dumps(loose, ensure_ascii=False)
    return Outcome(Ending.COMPLETED, result=storable(text), result_type=JSON_TYPE)


def signalled(signal_: BaseException) -> Outcome:
    match signal_:
        case Stop():
            return Outcome(Ending.RELEASED if signal_.release else Ending.STOPPED)
        case Discard():
            return Outcome(Ending.DISCARDED, message=str(signal_))
        case SnoozeSignal():
            return Outcome(Ending.SNOOZED, message=str(signal_), delay_s=signal_.seconds)
        case Retry():
            error = {"code": "retry", "message": str(signal_)}
            return Outcome(Ending.FAILED, error=error, delay_s=signal_.seconds)
        case Halt():
            return Outcome(Ending.HALTED, message=str(signal_), for_look=signal_.for_look)
        case Fail():
            error = {"code": signal_.code, "message": str(signal_), "hint": signal_.hint}
            return Outcome(Ending.HOPELESS, error=error)
        case _:
            text = f"{signal_}. Make room, then resume."
            return Outcome(Ending.DISK_FULL, message=text)


def failed(run: Run, error: BaseException) -> Outcome:
    """An attempt that raised: the message for the person, the trace into the log."""
    trace_id = uuid.uuid4().hex[:12]
    trace = "".join(traceback.format_exception(error))
    hopeless = isinstance(error, LonghaulError) and not isinstance(error, DatabaseBusy)
    said = traceback.format_exception_only(error)[-1].strip()  # holds against a broken __str__
    message = error.detail if isinstance(error, LonghaulError) else said
    code = error.code if isinstance(error, LonghaulError) else "exception"
    try:
        run.log(f"attempt failed [{trace_id}]\n{trace}", "error")
    except LonghaulError:
        print(run.hidden(trace), file=sys.stderr)
    document = {"code": code, "message": message[:4000], "trace_id": trace_id}
    document["trace"] = trace[-8000:]
    return Outcome(Ending.HOPELESS if hopeless else Ending.FAILED, error=document)
