// The question before what cannot be taken back. It closes by itself when it has become moot.

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { answerYes, dropQuestion, question } from "../asking.js";
import { tell } from "../undo.js";
import { Modal } from "./modal.js";

export function AskedQuestion() {
  const asked = question.value;
  const isMoot = asked?.stands ? !asked.stands() : false;
  useEffect(() => {
    if (!isMoot || !asked) return;
    dropQuestion();
    tell(asked.moot ?? "It is not possible any more.");
  }, [isMoot]);
  if (!asked || isMoot) return null;
  return html`<${Modal} key=${asked.title} label=${asked.title} role="alertdialog" kind="asked"
      onClose=${dropQuestion}>
    <h2>${asked.title}</h2>
    <p>${asked.text}</p>
    <p class="answers">
      <button class="button danger" data-first onClick=${answerYes}>${asked.yes}
        <kbd>Enter</kbd></button>
      <button class="button" onClick=${dropQuestion}>${asked.no ?? "Not now"} <kbd>Esc</kbd></button>
    </p>
  </${Modal}>`;
}
