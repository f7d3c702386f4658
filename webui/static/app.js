// Where the page begins: draws it, then connects it. Loaded by index.html.

import { html, render } from "htm/preact";
import { followTitle } from "./badges.js";
import { followCurrent } from "./following.js";
import { followFilter } from "./history.js";
import { followUnfolded } from "./jobs.js";
import { listen } from "./keys.js";
import { start } from "./live.js";
import { followPages } from "./pages.js";
import { watchForm } from "./new_task.js";
import { watchSelection } from "./selection.js";
import { keepFocus } from "./views/kept_focus.js";
import { Page } from "./views/page.js";
import { obeySettings } from "./zoom.js";

render(html`<${Page} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
obeySettings();
followTitle();
followCurrent();
followFilter();
followUnfolded();
followPages();
watchForm();
watchSelection();
listen();
keepFocus();
start();
