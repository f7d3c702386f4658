"""dataset is imported without alembic, and nobody else's alembic is touched."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_store_comes_without_alembic():
    code = "import sys, core.store; print([m for m in sys.modules if m.startswith('alembic')])"
    assert run(code) == "[]"


def test_who_imports_alembic_later_gets_the_real_one():
    code = "import core.store, alembic.migration as m; print(m.MigrationContext.__module__)"
    assert run(code) == "alembic.runtime.migration"


def test_an_alembic_that_is_there_already_is_left_alone():
    code = "import alembic.operations as a, core.store, sys; print(sys.modules[a.__name__] is a)"
    assert run(code) == "True"
