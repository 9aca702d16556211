// Cards put elsewhere by hand: what the buttons of « Mettre ailleurs » do, with a mouse, a pen or a finger.

const START_PX = 6;
const EDGE_PX = 22;
const SCROLL_PX = 48;
const MARKS = ["drop-before", "drop-after", "drop-into"];
let drag = null;

export function followHands() {
  document.documentElement.classList.add("has-hands");
  document.addEventListener("pointerdown", take);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", leave);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });
}

function take(event) {
  const grip = event.target.closest?.("[data-drag]");
  if (!grip || event.button) return;
  event.preventDefault();
  // What a finger holds would keep every later event for itself.
  if (event.target.hasPointerCapture?.(event.pointerId)) event.target.releasePointerCapture(event.pointerId);
  const card = document.querySelector(`#construction [data-path="${grip.dataset.drag}"]`);
  drag = { path: grip.dataset.drag, card, from: event.clientY + event.clientX, ghost: null, place: null };
}

function move(event) {
  if (!drag) return;
  if (!drag.ghost && Math.abs(event.clientY + event.clientX - drag.from) < START_PX) return;
  drag.ghost ??= makeGhost();
  scroll(event.clientY);
  unmark();
  drag.place = findPlace(event.clientX, event.clientY);
  if (drag.place) drag.place.element.classList.add(drag.place.mark);
  drag.ghost.textContent = drag.place ? `${drag.place.words} · ${drag.label}` : drag.label;
  drag.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 12}px)`;
}

function makeGhost() {
  const ghost = document.createElement("p");
  ghost.className = "ghost";
  ghost.setAttribute("aria-hidden", "true");
  document.body.append(ghost);
  drag.label = (drag.card.querySelector(".card-label, [id^=words-]")?.textContent ?? "").trim().replace(/\s+/g, " ");
  drag.card.classList.add("dragged");
  document.body.classList.add("dragging");
  return ghost;
}

// Near a rule's edge: before or after it. Inside: with it, or in the innermost group under the hand.
function findPlace(x, y) {
  const under = document.elementsFromPoint(x, y).find((one) => one.closest(".zone-include, .zone-exclude"));
  if (!under || drag.card.contains(under)) return null;
  const zone = under.closest(".zone-include, .zone-exclude");
  const sense = zone.matches(".zone-exclude") ? "exclude" : "include";
  const rule = under.closest("li.rule");
  if (!rule) return atTheEnd(zone, sense);
  const box = rule.getBoundingClientRect();
  const edge = Math.min(EDGE_PX, box.height / 4);
  if (y < box.top + edge) return beside(rule, sense, "before");
  if (y > box.bottom - edge) return beside(rule, sense, "after");
  const into = under.closest("[data-into-path]") ?? rule;
  if (into.closest(".around")) return null;
  const path = into.dataset.intoPath ?? into.dataset.path;
  return { element: into, mark: "drop-into", words: say("with"), into: path, rank: "", sense: "" };
}

function beside(rule, sense, side) {
  const rank = Number(rule.dataset.number) - (side === "before" ? 1 : 0);
  return { element: rule, mark: `drop-${side}`, words: say(side), ...asRule(rank, sense) };
}

function atTheEnd(zone, sense) {
  const last = [...zone.querySelectorAll("li.rule")].at(-1);
  return { element: zone, mark: "drop-into", words: say(sense), ...asRule(last ? Number(last.dataset.number) : "", sense) };
}

// A rule that moves down leaves its own place first; one that stays in its zone keeps what it is.
function asRule(rank, sense) {
  const own = drag.card.matches("li.rule") ? drag.card : null;
  const down = own && rank !== "" && Number(own.dataset.number) <= rank;
  const stays = own?.closest(".zone-include, .zone-exclude")?.matches(`.zone-${sense}`);
  return { into: "rule", rank: down ? rank - 1 : rank, sense: stays ? "" : sense };
}

const say = (word) => document.getElementById("placer").dataset[word];

function drop() {
  const place = drag?.place;
  const path = drag?.path;
  leave();
  if (!place) return;
  const form = document.getElementById("placer");
  for (const [name, value] of Object.entries({ path, into: place.into, rank: place.rank, sense: place.sense })) {
    form.elements[name].value = value;
  }
  form.requestSubmit();
}

function leave() {
  if (!drag) return;
  unmark();
  drag.ghost?.remove();
  drag.card?.classList.remove("dragged");
  document.body.classList.remove("dragging");
  drag = null;
}

const unmark = () => drag.place?.element.classList.remove(...MARKS);

function scroll(y) {
  if (y < SCROLL_PX) window.scrollBy(0, -SCROLL_PX / 3);
  if (y > window.innerHeight - SCROLL_PX) window.scrollBy(0, SCROLL_PX / 3);
}
