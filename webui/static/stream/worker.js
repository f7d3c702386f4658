// The shared worker: one for all tabs of a browser, with the one stream they share.

import { Hub } from "./hub.js";
import { keepReading } from "./source.js";

/** @import {Asked} from "./hub.js" */

const hub = new Hub(keepReading);

/** @type {any} */ (self).onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => {
  const tab = hub.join((told) => port.postMessage(told));
  port.onmessage = ({ data }) => {
    // A tab holds a lock for as long as it lives; whoever gets it knows that the tab is gone.
    if (data.say === "lives") navigator.locks.request(data.lock, tab.leave).catch(() => undefined);
    else tab.hear(/** @type {Asked} */ (data));
  };
};
