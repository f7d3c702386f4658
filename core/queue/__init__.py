"""The verbs of the queue; every change of a task or job happens in this package.

`Ledger` holds what all verbs share; `Intake` accepts tasks; `Claims` is the workers' side (claim,
renew, checkpoint, settle); `Steering` is the person's side (pause, resume, cancel, retry, hold,
start); `Ordering` moves tasks in the waiting line.
"""

from core.queue.claims import Claim, Claims, Note, Verdict
from core.queue.intake import Intake
from core.queue.ledger import Ledger
from core.queue.ordering import Ordering
from core.queue.outcome import Outcome
from core.queue.settling import Settling
from core.queue.steering import Steering

__all__ = [
    "Claim",
    "Claims",
    "Intake",
    "Ledger",
    "Note",
    "Ordering",
    "Outcome",
    "Settling",
    "Steering",
    "Verdict",
]
