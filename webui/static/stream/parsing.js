// Text of a `text/event-stream` → events. Pure; fed with pieces as they come over the wire.

/** @typedef {{id: number, kind: string, data: string}} RawEvent */

/**
 * A function that takes the next piece of text and tells each event that is complete with it.
 * @param {(event: RawEvent) => void} take @returns {(text: string) => void}
 */
export function parsing(take) {
  let rest = "";
  let [id, kind, data] = ["", "", ""];
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      const colon = line.indexOf(":");
      const value = line.slice(colon + 1).replace(/^ /, "");
      if (line === "") {
        if (data) take({ id: Number(id), kind: kind || "message", data });
        [kind, data] = ["", ""];
      } else if (line.startsWith("id:")) id = value;
      else if (line.startsWith("event:")) kind = value;
      else if (line.startsWith("data:")) data += data ? `\n${value}` : value;
    }
  };
}
