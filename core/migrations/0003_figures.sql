-- Figures of a task beside its counters, by name: what its jobs tallied, and after its end the plain
-- values of its result. Task types name those that are shown (`columns`).
ALTER TABLE tasks ADD COLUMN figures TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(figures));
