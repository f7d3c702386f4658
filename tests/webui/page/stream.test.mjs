import assert from "node:assert/strict";
import { test } from "node:test";
import { Hub } from "../../../webui/static/stream/hub.js";
import { parsing } from "../../../webui/static/stream/parsing.js";
import { keepReading } from "../../../webui/static/stream/source.js";

const event = (id, kind = "task_update", data = `{"id":${id}}`) => ({ id, kind, data });

/** A hub whose source is played by the test. */
function hubOf() {
  const made = { opened: [], ended: 0, reopened: 0 };
  const hub = new Hub((reader) => {
    Object.assign(made, reader);
    made.opened.push(reader.address());
    return {
      reopen: () => {
        made.reopened++;
        made.opened.push(reader.address());
      },
      doubt: () => undefined,
      end: () => made.ended++,
    };
  });
  const tab = () => {
    const heard = [];
    return { heard, ids: () => idsIn(heard), ...hub.join((told) => heard.push(told)) };
  };
  return { hub, made, tab };
}

const idsIn = (heard) => heard.filter(({ say }) => say === "event").map((told) => told.event.id);
const soon = () => new Promise((resolve) => setTimeout(resolve, 200));

test("a stream that comes in any pieces tells each event once and whole", () => {
  const text =
    'retry: 1000\n\nid: 7\nevent: task_update\ndata: {"a":"é: b"}\n\n: keep-alive\n\nid: 8\r\n' +
    "event: log\r\ndata: one\r\ndata: two\r\n\r\nid: 9\nevent: x\ndata: not over";
  const wanted = [
    { id: 7, kind: "task_update", data: '{"a":"é: b"}' },
    { id: 8, kind: "log", data: "one\ntwo" },
  ];
  for (const size of [1, 2, 3, 7, text.length]) {
    const told = [];
    const feed = parsing((each) => told.push(each));
    for (let at = 0; at < text.length; at += size) feed(text.slice(at, at + size));
    assert.deepEqual(told, wanted, `in pieces of ${size}`);
  }
});

test("three tabs share one stream, and each has every event after its own snapshot", () => {
  const { made, tab } = hubOf();
  const [a, b, c] = [tab(), tab(), tab()];
  a.hear({ say: "follow", after: 10, details: [] });
  made.say("live", 5);
  for (const id of [11, 12, 13]) made.take(event(id));
  b.hear({ say: "follow", after: 11, details: [] });
  c.hear({ say: "follow", after: 15, details: [] });
  for (const id of [14, 15, 16]) made.take(event(id));
  assert.deepEqual(a.ids(), [11, 12, 13, 14, 15, 16]);
  assert.deepEqual(b.ids(), [12, 13, 14, 15, 16]);
  assert.deepEqual(c.ids(), [16], "what its snapshot has is not told again");
  assert.deepEqual(made.opened, [
    "/api/v1/events?after=10" +
      "&kinds=task_created,task_update,task_progress,task_finished,queue_update",
  ]);
  assert.deepEqual(b.heard[0], { say: "link", status: "live", since: 5 });
});

test("a tab whose snapshot is older than the buffer reads another one", () => {
  const { made, tab } = hubOf();
  const [a, b] = [tab(), tab()];
  a.hear({ say: "follow", after: 100, details: [] });
  for (let id = 101; id <= 1300; id++) made.take(event(id));
  b.hear({ say: "follow", after: 250, details: [] });
  assert.equal(b.heard.filter(({ say }) => say === "reset").length, 1);
  made.take(event(1301));
  assert.deepEqual(b.ids(), [1301]);
});

test("a reset reaches all, and the numbers may begin anew after it", () => {
  const { made, tab, hub } = hubOf();
  const [a, b] = [tab(), tab()];
  for (const each of [a, b]) each.hear({ say: "follow", after: 50, details: [] });
  made.take(event(3, "reset"));
  made.take(event(4));
  for (const each of [a, b]) {
    assert.deepEqual(each.heard.map(({ say }) => say).slice(-2), ["reset", "event"]);
    assert.deepEqual(each.ids(), [4]);
  }
  assert.match(hub.address(), /after=4&/);
});

test("coming back goes on after the last event", () => {
  const { made, tab, hub } = hubOf();
  tab().hear({ say: "follow", after: 1, details: [] });
  made.take(event(2));
  made.take(event(9));
  assert.match(hub.address(), /after=9&/);
});

test("details come of the tasks that somebody looks at, from where that tab stood", async () => {
  const { made, tab } = hubOf();
  const [a, b] = [tab(), tab()];
  a.hear({ say: "follow", after: 1, details: [] });
  b.hear({ say: "follow", after: 1, details: [] });
  for (const id of [2, 3, 4]) made.take(event(id));
  b.hear({ say: "want", after: 2, details: [7] });
  b.hear({ say: "want", after: 3, details: [8] });
  await soon();
  assert.equal(made.reopened, 1, "wishes are gathered");
  assert.match(made.opened.at(-1), /after=2&kinds=.*job_update,item_update,log,telemetry&details=8$/);
  made.take(event(3));
  made.take(event(4, "log"));
  made.take(event(5));
  assert.deepEqual(a.ids(), [2, 3, 4, 5], "nothing twice, and no log that it did not ask for");
  assert.deepEqual(b.ids(), [2, 3, 4, 4, 5]);
  b.hear({ say: "want", after: 5, details: [] });
  await soon();
  assert.equal(made.reopened, 1, "to want less is no reason to come back");
});

test("a tab that wants what another has is told what it missed, if it missed some", async () => {
  const { made, tab } = hubOf();
  const [a, b] = [tab(), tab()];
  a.hear({ say: "follow", after: 1, details: [7] });
  made.take(event(2));
  b.hear({ say: "follow", after: 2, details: [7] });
  await soon();
  assert.equal(made.reopened, 0);
  const c = tab();
  c.hear({ say: "follow", after: 1, details: [7] });
  await soon();
  assert.equal(made.reopened, 1);
  assert.match(made.opened.at(-1), /after=1&/);
});

test("tabs that are gone are forgotten, and with the last one the stream ends", () => {
  const { made, tab, hub } = hubOf();
  const [a, b] = [tab(), tab()];
  for (const each of [a, b]) each.hear({ say: "follow", after: 1, details: [] });
  a.leave();
  a.leave();
  made.take(event(2));
  assert.deepEqual([a.ids(), b.ids(), made.ended], [[], [2], 0]);
  b.hear({ say: "bye" });
  assert.deepEqual([made.ended, hub.tabs.size], [1, 0]);
  a.hear({ say: "here", after: 2 });
  assert.equal(made.opened.length, 2, "one that was thought gone joins again");
});

test("a silent tab is forgotten after some minutes, if another one speaks", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 0 });
  const { tab, hub } = hubOf();
  const [a, b] = [tab(), tab()];
  for (const each of [a, b]) each.hear({ say: "follow", after: 1, details: [] });
  context.mock.timers.tick(140_000);
  b.hear({ say: "here", after: 1 });
  assert.equal(hub.tabs.size, 2);
  context.mock.timers.tick(20_000);
  b.hear({ say: "here", after: 1 });
  assert.equal(hub.tabs.size, 1);
});

test("what is kept for tabs that join stays small", () => {
  const { made, tab, hub } = hubOf();
  tab().hear({ say: "follow", after: 0, details: [] });
  for (let id = 1; id <= 5000; id++) made.take(event(id, "task_update", "x".repeat(10_000)));
  assert.ok(hub.buffer.length <= 200 && hub.chars <= 2_000_000, `${hub.buffer.length}`);
  assert.equal(hub.floor, 5000 - hub.buffer.length);
});

/** Answers of a service, one for each call; records what was asked. */
function serviceOf(context, answers) {
  const asked = [];
  context.mock.method(globalThis, "fetch", (address, { signal }) => {
    asked.push(String(address));
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    return answer(signal);
  });
  return asked;
}

const refused = () => Promise.reject(new TypeError("refused"));
const status = (code) => () => Promise.resolve(new Response("{}", { status: code }));
/** Says `text` and then nothing more, whatever happens. */
const silentAfter = (text) => (signal) => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      signal.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
  return Promise.resolve(new Response(body, { status: 200 }));
};
const endedAfter = (text) => () => Promise.resolve(new Response(text, { status: 200 }));
const never = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const QUICK = { silence: 60, look: 10, connect: 80, soon: 5, again: 10, signedOut: 15 };

async function until(condition) {
  for (let i = 0; i < 1000 && !condition(); i++) await new Promise((go) => setTimeout(go, 5));
  assert.ok(condition(), "it did not come true in time");
}

function readingOf(times = QUICK) {
  const seen = { said: [], taken: [] };
  const reader = {
    address: () => `/events?after=${seen.taken.at(-1) ?? 0}`,
    take: ({ id }) => seen.taken.push(id),
    say: (said, since) => seen.said.push([said, since, Date.now()]),
  };
  return { seen, source: keepReading(reader, times), words: () => seen.said.map(([word]) => word) };
}

test("a connection that falls silent is given up; it goes on where it was", async (context) => {
  const first = silentAfter("id: 5\nevent: log\ndata: x\n\n");
  const asked = serviceOf(context, [first, silentAfter(": hello\n\n")]);
  const { seen, source, words } = readingOf();
  await until(() => asked.length > 1 && words().length >= 3);
  source.end();
  assert.deepEqual(words().slice(0, 3), ["live", "lost", "live"]);
  assert.equal(asked[1], "/events?after=5");
  const [, since, saidAt] = seen.said[1];
  assert.ok(saidAt - since >= QUICK.silence, "lost since it was last heard");
});

test("a connection that speaks is kept", async (context) => {
  let more = () => undefined;
  const asked = serviceOf(context, [
    () =>
      Promise.resolve(
        new Response(
          new ReadableStream({ start: (c) => (more = () => c.enqueue(new Uint8Array([58, 10]))) }),
        ),
      ),
  ]);
  const { source, words } = readingOf({ ...QUICK, silence: 1000 });
  for (let i = 0; i < 15; i++) {
    await new Promise((go) => setTimeout(go, 100));
    more();
  }
  source.end();
  assert.deepEqual([asked.length, words()], [1, ["live"]]);
});

test("a service that accepts and does not answer is tried again", async (context) => {
  const asked = serviceOf(context, [never, never, silentAfter(": hello\n\n")]);
  const { source, words } = readingOf();
  await until(() => words().includes("live"));
  source.end();
  assert.equal(asked.length, 3);
  assert.equal(words()[0], "lost");
});

test("a stream that ends is opened again; what is missed is since its end", async (context) => {
  const asked = serviceOf(context, [endedAfter("id: 2\nevent: a\ndata: x\n\n"), refused, never]);
  const { seen, source, words } = readingOf();
  await until(() => asked.length >= 3);
  source.end();
  assert.deepEqual(words(), ["live", "lost", "lost"]);
  assert.deepEqual(seen.taken, [2]);
  assert.deepEqual(asked.slice(1), ["/events?after=2", "/events?after=2"]);
});

test("a session that is gone is told as such, and asked for again", async (context) => {
  const asked = serviceOf(context, [status(401), status(401), silentAfter(": hello\n\n")]);
  const { source, words } = readingOf();
  await until(() => words().includes("live"));
  source.end();
  assert.deepEqual(words(), ["signed-out", "signed-out", "live"]);
  assert.equal(asked.length, 3);
});

test("a doubt is looked into at once", async (context) => {
  const asked = serviceOf(context, [
    silentAfter(": hello\n\n"),
    refused,
    silentAfter(": back\n\n"),
  ]);
  const { source, words } = readingOf({ ...QUICK, silence: 60_000, look: 60_000 });
  await until(() => words().includes("live"));
  await source.doubt();
  await until(() => words().length === 3);
  source.end();
  assert.deepEqual(words(), ["live", "lost", "live"]);
  assert.equal(asked[1], "/api/v1/health");
});
