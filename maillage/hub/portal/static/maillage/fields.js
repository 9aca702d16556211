/* The form of an analysis: a button that adds, copies, removes or takes a term changes the page in place.
   Without this script each sends the form, and the same page comes back whole. */

const place = () => document.querySelector("[data-fields]");
const helps = (button) => button?.name === "do" || button?.name?.startsWith("term.");

document.addEventListener("submit", (event) => {
  if (!event.target.closest("[data-fields]") || !helps(event.submitter)) return;
  event.preventDefault();
  step(event.target, event.submitter);
});

let waits = false;

async function step(form, button) {
  if (waits) return;
  waits = true;
  place().setAttribute("aria-busy", "true");
  const sent = new FormData(form, button);
  const response = await fetch(form.action, { method: "POST", body: sent }).catch(() => null);
  waits = false;
  const away = place().querySelector("[data-fields-away]");
  away.hidden = Boolean(response);
  if (!response) {
    place().removeAttribute("aria-busy");
    away.focus();
    return;
  }
  const text = await response.text();
  const told = new DOMParser().parseFromString(text, "text/html").querySelector("[data-fields]");
  if (!told) {
    // The session has ended, or the hub refuses: the page that it leads to says so.
    send(form, button);
    return;
  }
  const typed = [...new FormData(form)].filter(([name, value]) => sent.get(name) !== value);
  const open = [...place().querySelectorAll("details[open][id]")].map((one) => one.id);
  place().replaceWith(document.adoptNode(told));
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [name, value] of typed) typeAgain(told.querySelector(`[name="${CSS.escape(name)}"]`), value);
  goOn(told, button);
}

// What was typed while the step was on its way.
function typeAgain(field, value) {
  if (field?.type === "checkbox") field.checked = true;
  else if (field && field.type !== "hidden") field.value = value;
}

function send(form, button) {
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
  form.append(hidden);
  form.submit();
}

// Where the page would begin if it came whole: the field that the step leads to, or the button that made it.
function goOn(told, button) {
  const wanted = told.querySelector("[autofocus]") ?? [...told.querySelectorAll("button")].find((one) => one.value === button.value && !one.hidden);
  const field = wanted?.matches("article") ? (wanted.querySelector("select, input:not([type=hidden])") ?? wanted) : wanted;
  (field?.checkVisibility() ? field : wanted)?.focus();
  wanted?.scrollIntoView({ block: "nearest" });
}
