"""The lifecycle as a state machine against the real store: random lives, and what must hold in all.

LONGHAUL_EXAMPLES sets how many lives are tried (default: 60).
"""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.core.lifecycle_machine import Lifecycle

#: set by tests/crash/test_mutants.py, which wants to know quickly whether it fails at all
IS_MUTANT = bool(os.environ.get("LONGHAUL_MUTANT"))
EXAMPLES = int(os.environ.get("LONGHAUL_EXAMPLES", "300" if IS_MUTANT else "60"))
PHASES = (Phase.generate,) if IS_MUTANT else tuple(Phase)


def test_every_life_of_tasks_keeps_the_guarantees():
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=100,
            deadline=None,
            database=None,
            print_blob=False,
            phases=PHASES,
            derandomize=IS_MUTANT,
            suppress_health_check=list(HealthCheck),
        ),
    )
