/**
 * The records of recordings as the page reads them: words for the type checker, no code.
 *
 * @typedef {[string, number, number, number|null]} Word  text, start, stop, confidence
 * @typedef {{start: number, stop: number, text: string, confidence: number|null, words: Word[]}}
 *   Segment
 * @typedef {{id: number, status: string, control: string, done: number, total: number|null}}
 *   RecordingTask
 * @typedef {object} Entry
 * @property {number} id
 * @property {"orphaned"|"transcribed"|"failed"|"missing"} status
 * @property {"note"|"import"} kind
 * @property {string} name
 * @property {string} path
 * @property {string} recorded_at
 * @property {number|null} duration
 * @property {string} first_words
 * @property {boolean} is_edited
 * @property {string} language
 * @property {number|null} confidence
 * @property {string} engine
 * @property {string} model
 * @property {{code: string, message: string, hint?: string}|null} error
 * @property {RecordingTask|null} task
 * @property {{text: string, is_match: boolean}[]} snippet
 *
 * @typedef {Entry & {text: string, original_text: string|null, segments: Segment[]}} Recording
 * @typedef {object} Summary
 * @property {string} folder
 * @property {Record<string, number>} counts
 * @property {{queued: number, running: number, paused: number, failed: number,
 *   share: number|null}} queue
 * @property {{problem: string, found: number, unfinished: number}|null} last_scan
 */

export {};
