-- What the lists read, in their order, so that a page costs the same with 1,000,000 finished tasks.

-- By status, and within it apart from maintenance, which may be nearly everything.
DROP INDEX tasks_by_status;
CREATE INDEX tasks_by_status ON tasks(status, user_relevant, id);

-- The latest of each kind of end.
CREATE INDEX tasks_ended ON tasks(status, user_relevant, finished_at, id)
  WHERE finished_at IS NOT NULL;

-- The waiting line, for its list and for moves in it.
CREATE INDEX tasks_waiting ON tasks(priority DESC, position, id)
  WHERE status IN ('queued','paused');
