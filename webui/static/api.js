// The service's API as functions. Same origin, so the session's cookie goes along by itself.

export const API = "/api/v1";

/** A refusal in the service's own words (RFC 9457), or that there was no answer (status 0). */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   * @param {any} [problem]  the whole document: `errors`, `allowed`, `type`
   */
  constructor(status, detail, problem = {}) {
    super(detail);
    this.status = status;
    this.problem = problem;
  }
}

/** What this page may do, as the service says; a second screen may only look. */
export const rights = { mayChange: true };

/**
 * An answer, once it is known to be a good one. Raises Refused.
 * @param {string} path below /api/v1 @param {RequestInit} [options] @returns {Promise<Response>}
 */
export async function ask(path, options) {
  if (!rights.mayChange && !["GET", "HEAD"].includes(options?.method ?? "GET"))
    throw new Refused(403, "This screen may look, and change nothing.");
  let response;
  try {
    response = await fetch(API + path, options);
  } catch (error) {
    if (options?.signal?.aborted) throw error;
    throw new Refused(0, "The service does not answer. What it has accepted is safe.");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  const detail = problem.detail ?? `${response.status} ${response.statusText}`;
  throw new Refused(response.status, detail, problem);
}

/** The document at `path`. @param {string} path @param {AbortSignal} [signal] */
export const read = async (path, signal) => (await ask(path, { signal })).json();

/** Lines of JSON. @param {string} path @param {AbortSignal} [signal] @returns {Promise<any[]>} */
export async function readLines(path, signal) {
  const text = await (await ask(path, { signal })).text();
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/**
 * Send a change; its answer.
 * @param {"POST"|"PATCH"} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {Object<string, string>} [fields]  headers beside the type
 */
export async function send(method, path, body, fields) {
  const headers = { "Content-Type": "application/json", ...fields };
  const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) };
  return (await ask(path, { method, ...sent })).json();
}

/**
 * Codes of what is wrong right now: the cheapest place that tells them.
 * @returns {Promise<string[]>}
 */
export async function conditionCodes() {
  const text = await (await ask("/metrics")).text();
  return [...text.matchAll(/^longhaul_conditions\{code="([^"]+)"\}/gm)].map((match) => match[1]);
}
