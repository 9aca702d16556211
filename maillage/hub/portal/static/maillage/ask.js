// The builder: forms that send themselves, one after the other, into a page that stays where one was.

import { followHands } from "./ask-drag.js";
import { followPanel } from "./ask-panel.js";
import { released } from "./ask-press.js";
import { bodyOf, keepTyped, listWrong, putBack, tell, typeAgain } from "./ask-told.js";
import { announceSteps } from "./ask-tour.js";

const TYPING_PAUSE_MS = 250;
const construction = () => document.getElementById("construction");

// --- Sending. Edits wait for one another: each is made on the draft that the one before has left.

const waiting = [];
let busy = false;
// Grows when cards may have moved: an edit that was made on the cards of before is then not sent.
let arrangement = 0;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-edit]")) return;
  event.preventDefault();
  waiting.push({
    form,
    address: form.action,
    body: bodyOf(form, event.submitter),
    arranges: !form.hasAttribute("data-auto"),
    arrangement,
  });
  run();
});

// A question is asked of the draft that one sees: what was changed right before is sent first.
let asking = "";

document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("[data-asks]") || !(busy || waiting.length)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    asking = event.target.getAttribute("action");
  },
  { capture: true },
);

function askNow() {
  const form = document.querySelector(`[data-asks][action="${asking}"]`);
  asking = "";
  form?.requestSubmit();
}

async function run() {
  const edit = !busy && waiting.shift();
  if (!edit) return busy || !asking || askNow();
  busy = true;
  construction().setAttribute("aria-busy", "true");
  try {
    if (edit.arrangement === arrangement || !edit.body.get("seen")) await send(edit);
  } finally {
    busy = false;
    construction().removeAttribute("aria-busy");
    run();
  }
}

async function send(edit) {
  if (edit.body.has("seen")) edit.body.set("seen", construction().dataset.step);
  const response = await fetch(edit.address, {
    method: "POST",
    body: edit.body,
    headers: { "HX-Request": "true", "HX-Current-URL": location.href },
  }).catch(() => null);
  const elsewhere = response?.headers.get("HX-Redirect");
  if (elsewhere) {
    leave([edit]);
    location.assign(elsewhere);
    return;
  }
  const text = (await response?.text()) ?? "";
  if (!response?.ok) {
    if (!response) sent.delete(edit.form);
    tell(edit, text, response?.headers.get("Maillage-Field"));
    return;
  }
  construction().dataset.step = response.headers.get("Maillage-Step") ?? "";
  const told = response.headers.get("Maillage-Event");
  await released();
  // What is typed further on changes no card's place: the page is drawn once, after the last.
  if (edit.arranges || !waiting.length) {
    show(text, { address: response.headers.get("Maillage-Address"), added: told === "ask:added" });
  }
  if (edit.arranges) arrangement += 1;
  document.body.dispatchEvent(new Event(told, { bubbles: true }));
}

// The session has ended: what is on its way, waits or is being typed goes on after the door.
function leave(under) {
  keepTyped([...[...under, ...waiting].map((edit) => edit.form), ...pending]);
}

document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Redirect")) leave([]);
});

// --- Showing. What was open stays open, what is being typed is kept, focus stays where it was.

// A field that is taken away says that it has changed, though who types in it is not done.
let drawing = false;

function show(text, { address, added }) {
  const open = [...document.querySelectorAll("#construction details[open]")].map((one) => one.id);
  const active = document.activeElement;
  const into = document.getElementById("cible").value;
  const place = active?.closest?.(".control-when")?.elements.place;
  const wrong = listWrong();
  const typed = [...pending].filter((form) => form.isConnected).flatMap(fieldsOf);
  drawing = true;
  window.htmx.swap(address ? "#atelier" : "#construction", text, { swapStyle: "outerHTML", settleDelay: 0, swapDelay: 0 });
  drawing = false;
  // What they hold is typed again below; kept, it would be typed once more after the session's end.
  for (const form of pending) if (!form.isConnected) pending.delete(form);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  wrong.forEach(putBack);
  typed.forEach(restore);
  // Days « from 1 » alone are « after » to the draft; who is about to type the second day is left to.
  const same = ["custom", "around"].includes(place?.value) && document.getElementById(place.id);
  if (same) same.value = place.value;
  // What was added where one had said so is added: the next one is a criterion of its own again.
  const target = document.getElementById("cible");
  if (!added && [...target.options].some((one) => one.value === into)) target.value = into;
  if (address) moveTo(address);
  const wanted = construction().dataset.focus;
  const here = document.getElementById(wanted || active?.id);
  if (document.activeElement !== here) goOn(here ?? document.getElementById("q"), { preventScroll: !wanted });
}

// The page of a cohort that was begun here; who chooses a language comes back to it.
function moveTo(address) {
  history.pushState({}, "", address);
  for (const next of document.querySelectorAll("form [name=next]")) next.value = address;
}

// In a field of numbers a browser puts the cursor first: what is typed further on would come before.
function goOn(field, how) {
  field?.focus(how);
  if (!field?.matches?.("input[type=number]")) return;
  const { value } = field;
  field.value = "";
  field.value = value;
}

const fieldsOf = (form) => [...form.elements].filter((one) => one.id).map((one) => [one.id, one.value, one.selectionStart]);

function restore([id, value, at]) {
  const field = document.getElementById(id);
  if (!field || field.value === value || !field.matches("input")) return;
  field.value = value;
  if (field.type === "text") field.setSelectionRange(at, at);
  later(field.form);
}

// --- Controls send themselves once a value is chosen, or typed and left alone for a moment.

const pending = new Set();
const timers = new WeakMap();
const sent = new WeakMap();

function later(form) {
  clearTimeout(timers.get(form));
  pending.add(form);
  // A name is sent whole: each half of it would be asked of the hospitals.
  if (form.hasAttribute("data-whole")) return;
  // Half of an age, "7" of "79", may be below the other one: it waits for its second half.
  timers.set(form, setTimeout(() => holds(form) && isTyped(form) && submit(form), TYPING_PAUSE_MS));
}

// Neither is half of a date told to be none, as long as it is being typed.
const DATE = /^(\d{4}|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\/\d{1,2}\/\d{4})?$/;
const isTyped = (form) =>
  [...form.querySelectorAll(".year:not([aria-invalid])")].every((one) => DATE.test(one.value.trim()));

function holds(form) {
  const { least, most, shortest, longest, place } = form.elements;
  if (least && most) most.min = least.value || 0;
  if (shortest && longest) longest.min = shortest.value || 0;
  if (place) askDays(form.elements);
  return form.checkValidity();
}

// A window « around » or « between two days » is none without its days: it is sent once they are there.
function askDays({ place, days, from, to, same_stay }) {
  days.required = place.value === "around";
  from.required = place.value === "custom" && !to.value && !same_stay.checked;
  to.min = (place.value === "custom" && from.value) || from.min;
}

// A value that is left for good though it cannot hold is told by the browser, in its language.
function submit(form) {
  clearTimeout(timers.get(form));
  pending.delete(form);
  const said = new URLSearchParams(new FormData(form)).toString();
  if (!form.isConnected || sent.get(form) === said) return;
  if (holds(form)) sent.set(form, said);
  form.requestSubmit();
}

document.addEventListener("change", (event) => {
  if (drawing) return;
  const form = event.target.closest?.("form[data-auto]");
  // Two days to be chosen say at first what the draft says: there is nothing to send yet.
  if (event.target.name === "place" && event.target.value === "custom") form.elements.from.focus();
  else if (form) submit(form);
});
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-auto]");
  if (form && event.target.matches("input[type=number], input[type=text]")) later(form);
});

// --- The search field: empty again once a term is added; arrows go through what it found.

document.addEventListener("ask:added", () => {
  const field = document.getElementById("q");
  document.getElementById("propositions").replaceChildren();
  field.value = "";
  field.focus();
});

document.addEventListener("click", (event) => {
  const into = event.target.closest?.("[data-into]");
  if (!into) return;
  document.getElementById("cible").value = into.dataset.into;
  const field = document.getElementById("q");
  field.focus();
  field.scrollIntoView({ block: "nearest" });
});

document.addEventListener("keydown", (event) => {
  const here = document.activeElement;
  if (here?.id !== "q" && !here?.closest?.("#propositions")) return;
  const field = document.getElementById("q");
  if (event.key === "Escape") {
    document.getElementById("propositions").replaceChildren();
    field.focus();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const first = ".hit-do button:first-of-type";
  const buttons = [...document.querySelectorAll(`#propositions ${first}`)];
  if (!step || !buttons.length) return;
  event.preventDefault();
  const rank = buttons.indexOf(here.closest(".hit")?.querySelector(first));
  (buttons[rank + step] ?? field).focus();
});

// The list says of which text it is, so that a helper that reads it knows that it is not the former one's.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "propositions") return;
  event.detail.target.dataset.of = new URL(event.detail.pathInfo.finalRequestPath, location).searchParams.get("q");
});

// --- Undo and redo, except in a text that undoes its own typing.

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (document.activeElement?.matches?.("input:not([type=checkbox]), textarea")) return;
  const key = event.key.toLowerCase();
  const wanted = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
  const button = wanted && document.getElementById(wanted);
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
});

// --- A pause is counted down where it is told.

setInterval(() => {
  for (const one of document.querySelectorAll(".countdown")) {
    one.dataset.seconds = Math.max(0, Number(one.dataset.seconds) - 1);
    one.textContent = one.dataset.seconds;
  }
}, 1000);

followPanel();
followHands();
typeAgain().forEach(submit);
announceSteps();
