/**
 * The records of the API as the page reads them: words for the type checker, no code.
 * The members are those of `GET /api/v1/openapi.json` that some module of the page uses.
 *
 * @typedef {"queued"|"running"|"paused"|"completed"|"failed"|"cancelled"} Status
 * @typedef {object} Progress  counts of records
 * @property {number} done
 * @property {number|null} total  null while it is not known
 * @property {number} failed
 * @property {number} skipped
 * @property {string} unit  in the plural
 *
 * @typedef {{low: number, high: number}} Range  a span; of an estimate, in seconds
 * @typedef {{code: string, message: string, until: string|null}} Why
 * @typedef {{code: string, message: string, hint?: string, item?: string,
 *   trace_id?: string}} Failure
 *
 * @typedef {object} Task
 * @property {number} id
 * @property {string} type
 * @property {string} title
 * @property {Status} status
 * @property {string} shown_status  the status, or "pausing" and "cancelling" on the way there
 * @property {string[]} allowed  the verbs that are possible now
 * @property {boolean} held
 * @property {boolean} user_relevant
 * @property {string|null} session_id  of the page that it was begun in
 * @property {Object<string, unknown>} params
 * @property {Object<string, unknown>} knobs  what was changed while it ran
 * @property {"run"|"pause"|"cancel"} control  what the person wants
 * @property {string} source
 * @property {string} note  in a person's words, such as why it waits for a start
 * @property {Asker|null} asked_by
 * @property {(Asker & {at: string})|null} approved  who started it after it was held
 * @property {{records: number, state: "ahead"|"waiting"|"passed"}|null} canary  where it pauses by
 *   itself for a look
 * @property {(Asker & {at: string, changes: {name: string, from: unknown, to: unknown}[]})|null} steered
 *   the last change of knobs
 * @property {string|null} project
 * @property {Object<string, number|string>} figures  of its tally, and of its result at its end
 * @property {number|null} source_id  the document it reads
 * @property {number|null} page_id  the one page of it, where it is not all of them
 * @property {{type: string, id: string}|null} related
 * @property {number} priority
 * @property {number} position
 * @property {number} run
 * @property {number} step_index
 * @property {string[]} steps
 * @property {string} stage
 * @property {string[]} stages  of the current step
 * @property {StageProgress[]} [stage_progress]  of a backfill of several stages
 * @property {ErrorPolicy|null} [error_policy]  what happens about records that fail
 * @property {string} message
 * @property {Progress} progress
 * @property {number|null} rate  records a second
 * @property {Range|null} eta
 * @property {Why|null} waiting_because
 * @property {number} attempts
 * @property {number} max_attempts
 * @property {Failure|null} error
 * @property {string|null} result_url
 * @property {string|null} scheduled_at
 * @property {string} created_at
 * @property {string|null} started_at
 * @property {string|null} finished_at
 * @property {string} updated_at
 * @property {number} version  grows with every change of the task
 *
 * @typedef {{by: "page"|"command"|"program"|"schedule", user: string, session: string}} Asker
 * @typedef {{name: string, stages: string[]}} Step
 * @typedef {{name: string, state: "ahead"|"now"|"past", done: number, failed: number,
 *   skipped: number, total: number|null}} StageProgress
 * @typedef {{on_error: "skip"|"stop", tries: number, most: number, share: number,
 *   sample: number}} ErrorPolicy
 * @typedef {"number"|"bytes"|"duration"|"percent"|"text"|"date"} FigureKind
 * @typedef {{key: string, label: string, kind: FigureKind}} Column
 * @typedef {object} ResultView
 * @property {"json"|"text"|"table"|"image"|"chart"|"gantt"} kind
 * @property {string} rows  where in the result the list is
 * @property {Column[]} columns
 * @property {string} x
 * @property {string} y
 * @typedef {object} TaskType
 * @property {string} name
 * @property {string} title
 * @property {string} guarantee
 * @property {Step[]} steps
 * @property {string} icon  a name, or the path of one
 * @property {Object<string, string>} stage_titles
 * @property {Column[]} columns
 * @property {ResultView|null} result_view
 * @property {string} toast  what is said when a task has completed; "": that it has
 * @property {string[]} knobs  what may be turned while a task of it runs
 * @property {boolean} retries_items  whether its failed items can be retried alone
 * @typedef {{is_paused: boolean, waiting_because: Why|null}} Queue
 * @typedef {{code: string, message: string, since: string|null}} Condition
 * @typedef {{zoom: number, theme: "system"|"light"|"dark"}} Settings
 * @typedef {object} Job
 * @property {number} id
 * @property {number} run
 * @property {number} step
 * @property {string} type
 * @property {Status} status
 * @property {string} stage
 * @property {string[]} stages
 * @property {Progress} progress
 * @property {number} attempts
 * @property {number} max_attempts
 * @property {string|null} blocked
 * @property {Failure|null} error
 *
 * @typedef {{waiting: string|null, failed: string|null, finished: string|null}} NextPages
 * @typedef {{tasks: Task[], next: NextPages, queue: Queue, conditions: Condition[],
 *   settings: Settings, task_types: TaskType[], version: string, last_event_id: number,
 *   session: {read_only: boolean}}} Snapshot
 *
 * @typedef {{id: number, kind: string, data: any}} StreamEvent
 * @typedef {"debug"|"info"|"warning"|"error"} Level
 * @typedef {{id: number, at: number, level: Level, stage: string, message: string}} LogLine
 *   `at` in milliseconds since 1970
 */

export {};
