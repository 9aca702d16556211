// What was not taken is told in its form, beside the field. What is typed when a session ends is typed again after.

const TYPED = "maillage-typed";

/** The form's fields as they are sent: one that was refused stands for what the draft says, not for itself. */
export function bodyOf(form, submitter) {
  const body = new FormData(form, submitter);
  for (const field of form.elements) {
    if (field.getAttribute("aria-invalid")) body.set(field.name, field.defaultValue);
  }
  return body;
}

/** A notice in the control that it is about, or above the builder; `name` is the field that is wrong.

What has been typed over meanwhile is not: it is sent in its turn. */
export function tell({ form, body }, text, name) {
  const here = form.isConnected ? form : findAgain(form);
  const field = name && here?.elements[name];
  if (field instanceof HTMLElement && field.value !== body.get(name)) return;
  const place = here?.matches(".control") ? placeIn(here) : document.getElementById("alerte");
  place.replaceChildren(noticeOf(text));
  place.scrollIntoView({ block: "nearest" });
  if (field instanceof HTMLElement) mark(field, place);
}

function mark(field, place) {
  place.id = `dit-${field.id}`;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-errormessage", place.id);
}

// A card that was drawn anew meanwhile has the same fields.
function findAgain(form) {
  const id = [...form.elements].find((one) => one.id)?.id;
  return id && document.getElementById(id)?.form;
}

function placeIn(form) {
  const place = form.querySelector(".told-here") ?? document.createElement("div");
  place.className = "told-here";
  form.append(place);
  return place;
}

// What comes may be a whole page, or nothing: the builder shows what it says, never the page.
function noticeOf(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const notice = page.querySelector(".notice") ?? document.getElementById("sans-reponse").content.firstElementChild.cloneNode(true);
  notice.removeAttribute("id");
  return notice;
}

document.addEventListener("input", (event) => {
  if (!event.target.hasAttribute?.("aria-invalid")) return;
  event.target.removeAttribute("aria-invalid");
  event.target.removeAttribute("aria-errormessage");
  event.target.form.querySelector(".told-here")?.remove();
});

/** What stays wrong on the page, to be put back once it is drawn anew. */
export function listWrong() {
  const fields = [...document.querySelectorAll("#construction [aria-invalid]")];
  return fields.map((one) => ({ id: one.id, value: one.value, place: one.form.querySelector(".told-here") }));
}

export function putBack({ id, value, place }) {
  const field = document.getElementById(id);
  if (!field || !place) return;
  field.value = value;
  field.form.append(place);
  mark(field, place);
}

/** Keep what these forms hold for the page that comes after the door. */
export function keepTyped(forms) {
  const controls = forms.filter((form) => form.matches("[data-auto]")).flatMap((form) => [...form.elements]);
  const fields = controls.filter((one) => one.id).map(({ id, value, checked }) => ({ id, value, checked }));
  const kept = { page: location.pathname, sought: document.getElementById("q").value, fields };
  sessionStorage.setItem(TYPED, JSON.stringify(kept));
}

/** The forms that hold again what was kept of them. */
export function typeAgain() {
  const kept = JSON.parse(sessionStorage.getItem(TYPED) ?? "{}");
  sessionStorage.removeItem(TYPED);
  if (kept.page !== location.pathname) return [];
  const sought = document.getElementById("q");
  sought.value ||= kept.sought;
  if (sought.value) sought.dispatchEvent(new Event("input", { bubbles: true }));
  return [...new Set(kept.fields.flatMap(typeIn))];
}

function typeIn({ id, value, checked }) {
  const field = document.getElementById(id);
  if (!field?.form) return [];
  if (field.type === "checkbox") field.checked = checked;
  else field.value = value;
  return [field.form];
}
