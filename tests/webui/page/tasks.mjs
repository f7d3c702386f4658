// Tasks and snapshots for the tests of the page's pure modules.

/** A running task, as the API tells it; `fields` replace members. */
export function task(id, fields = {}) {
  const { progress, ...rest } = fields;
  return {
    id,
    type: "count",
    title: `Task ${id}`,
    status: "running",
    shown_status: rest.status ?? "running",
    allowed: ["pause", "cancel"],
    held: false,
    user_relevant: true,
    params: {},
    knobs: {},
    control: "run",
    source: "page",
    project: null,
    figures: {},
    priority: 0,
    position: id,
    run: 1,
    step_index: 0,
    steps: ["count"],
    stage: "counting",
    stages: ["preparing", "counting"],
    message: "",
    rate: null,
    eta: null,
    waiting_because: null,
    attempts: 1,
    max_attempts: 3,
    error: null,
    result_url: null,
    scheduled_at: null,
    created_at: "2026-01-01T10:00:00.000Z",
    started_at: "2026-01-01T10:00:01.000Z",
    finished_at: null,
    updated_at: "2026-01-01T10:01:00.000Z",
    version: 1,
    ...rest,
    progress: { done: 0, total: 100, failed: 0, skipped: 0, unit: "records", ...progress },
  };
}

export const QUEUE = { is_paused: false, waiting_because: null };

export function snapshot(tasks = []) {
  return {
    tasks,
    next: { waiting: null, failed: null, finished: null },
    queue: QUEUE,
    conditions: [],
    settings: { zoom: 1, theme: "system" },
    version: "1",
    last_event_id: 7,
    task_types: [{ name: "count", title: "Count", guarantee: "exactly once", steps: [] }],
  };
}

/** The event that tells a task. */
export const told = (data, kind = "task_update") => ({ id: 0, kind, data });
