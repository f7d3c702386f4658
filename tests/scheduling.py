"""How xdist deals the test files out to its processes, so that the death of one ends no run.

Its own scheduler (3.8) puts the finished files of a dead process back into the queue. Another
process that gets such a file has nothing to do, reports nothing, and is never given anything
again: the run waits for ever.
"""

from xdist.scheduler import LoadFileScheduling


class FileScheduling(LoadFileScheduling):
    """A file goes to one process as a whole; what a dead process had finished is not dealt again.

    The test during which it died is reported as failed and begun once more.
    """

    def remove_node(self, node):
        """The test during which `node` died, or None; what it had left goes to the others."""
        units = self.assigned_work[node]
        for file in [file for file, tests in units.items() if all(tests.values())]:
            del units[file]
        return super().remove_node(node)
