// An address for a second screen, and the screens that look: a part of the big screen's settings.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { clock, counted, moment } from "../format.js";
import { endScreen, invitation, invite, reach, readScreens, screens, trouble } from "../screens.js";
import { now } from "../store.js";
import { copy } from "./copy.js";

/** @import {Screen} from "../screens.js" */

/** Milliseconds between two looks at who has come. */
const LOOK_MS = 3000;

export function Screens() {
  useEffect(() => {
    readScreens();
    const timer = setInterval(() => document.hidden || readScreens(), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<div class="screens">
    <p class="muted">A second screen shows everything and changes nothing. Its address works once,
      within ten minutes; the screen stays signed in until you end it, or for 30 days without use.</p>
    ${invitation.value ? html`<${Invitation} />` : null}
    <button class="button" onClick=${invite}>
      ${invitation.value ? "Make another address" : "Make an address"}</button>
    <p class="muted">${
      reach.value === "network"
        ? "Devices in your network can open it. It is not encrypted: use it in a network you trust."
        : html`Only this machine can open it: Longhaul listens here alone. To let other devices in,
            stop it and start <code>longhaul serve --host ADDRESS --expose-to-network</code> with this
            machine's address in your network.`
    }</p>
    ${trouble.value ? html`<p class="notice" role="alert">${trouble.value}</p>` : null}
    <${Looking} />
  </div>`;
}

function Invitation() {
  const isCopied = useSignal("");
  const { address, code, until } = invitation.value ?? { address: "", code: "", until: 0 };
  const take = async () => {
    await copy(address, "The address");
    isCopied.value = address;
  };
  return html`<div class="invitation">
    <label class="address"><span>Address for a second screen</span>
      <input type="text" class="mono" readonly value=${address}
        onFocus=${(/** @type {Event} */ { target }) =>
          target instanceof HTMLInputElement && target.select()} /></label>
    <p><button class="button" onClick=${take}>Copy the address</button>
      <span class="muted" role="status">${
        isCopied.value === address ? "Copied. " : ""
      }Its code is <b class="mono">${code}</b>, until ${clock(until)}.</span></p>
  </div>`;
}

function Looking() {
  const all = screens.value;
  if (!all?.length) return null;
  return html`<p><b>${counted(all.length, "screens")} signed in</b></p>
    <ul>${all.map((of) => html`<${One} key=${of.mark} of=${of} />`)}</ul>`;
}

/** @param {{of: Screen}} props */
function One({ of: { mark, made_at, used_at } }) {
  const since = moment(Date.parse(made_at), now.value);
  return html`<li><span>Since ${since}<span class="muted"> · last seen${" "}
      ${moment(Date.parse(used_at), now.value)}</span></span>
    <button class="button" aria-label=${`End the screen that is signed in since ${since}`}
      onClick=${() => endScreen(mark)}>End it</button></li>`;
}
