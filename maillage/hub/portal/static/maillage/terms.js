/* The combobox of terms (WAI-ARIA: editable, list autocomplete), the drawer, the pasted list.
   Nothing is kept here: each hit is a submit button of the form that the page gives. */

const PAUSE_MS = 90;

document.addEventListener("input", (event) => {
  const box = event.target.closest?.("[data-terms]");
  if (box && event.target.getAttribute("role") === "combobox") search(box, event.target);
});

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-terms]");
  if (!box || event.target.getAttribute("role") !== "combobox") return;
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move) {
    event.preventDefault();
    activate(box, event.target, move);
  } else if (event.key === "Enter" && active(box)) {
    event.preventDefault();
    choose(box, active(box));
  } else if (event.key === "Escape" && isOpen(box)) {
    event.preventDefault();
    event.stopPropagation();
    close(box);
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-terms-open]");
  if (link && drawerOf(link) && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openTerm(link.href, link);
  }
  if (event.target.closest("[data-terms-close]")) drawerOf(event.target)?.close();
  for (const box of document.querySelectorAll("[data-terms]")) {
    if (!box.contains(event.target)) close(box);
  }
});

document.addEventListener("submit", (event) => {
  const answer = event.target.matches("[data-terms-paste]") && document.querySelector("[data-terms-answer]");
  if (!answer) return;
  event.preventDefault();
  fill(answer, event.target.action, { method: "POST", body: new FormData(event.target) });
});

/** Open a term in the page's drawer: a <dialog data-terms-drawer> with a [data-terms-drawer-content]. */
export async function openTerm(address, from = null) {
  const drawer = drawerOf(from ?? document.body);
  const content = drawer?.querySelector("[data-terms-drawer-content]");
  if (!content) return;
  await fill(content, address);
  if (!drawer.open) drawer.showModal();
  content.querySelector("#terme-titre")?.focus();
}

function drawerOf(from) {
  return from.closest("[data-terms-drawer]") ?? document.querySelector("[data-terms-drawer]");
}

function search(box, input) {
  clearTimeout(box.termsPause);
  box.termsAsked?.abort();
  if (!input.value.trim()) {
    listOf(box).replaceChildren();
    close(box);
    return;
  }
  box.termsPause = setTimeout(async () => {
    box.termsAsked = new AbortController();
    const address = new URL(box.dataset.termsUrl, window.location.href);
    address.searchParams.set("q", input.value);
    const filled = await fill(listOf(box), address, { signal: box.termsAsked.signal });
    if (filled) open(box, input);
  }, PAUSE_MS);
}

async function fill(place, address, options = {}) {
  try {
    const response = await fetch(address, {
      ...options,
      headers: { "HX-Request": "true", "HX-Current-URL": window.location.href },
    });
    const elsewhere = response.headers.get("HX-Redirect");
    if (elsewhere) window.location.assign(elsewhere);
    if (!response.ok || elsewhere) return false;
    place.innerHTML = await response.text();
    place.dispatchEvent(new CustomEvent("terms:filled", { bubbles: true }));
    return true;
  } catch (error) {
    if (error.name !== "AbortError") place.textContent = "";
    return false;
  }
}

const listOf = (box) => box.querySelector("[data-terms-list]");
const hitsOf = (box) => [...box.querySelectorAll("[role=option]")];
const inputOf = (box) => box.querySelector("[role=combobox]");
const active = (box) => box.querySelector("[role=option][aria-selected=true]");
const isOpen = (box) => inputOf(box).getAttribute("aria-expanded") === "true";

function open(box, input) {
  box.classList.add("is-open");
  input.setAttribute("aria-expanded", String(hitsOf(box).length > 0));
  input.removeAttribute("aria-activedescendant");
}

function close(box) {
  box.classList.remove("is-open");
  inputOf(box).setAttribute("aria-expanded", "false");
  inputOf(box).removeAttribute("aria-activedescendant");
  active(box)?.setAttribute("aria-selected", "false");
}

function activate(box, input, move) {
  const hits = hitsOf(box);
  if (!hits.length) return;
  open(box, input);
  const before = active(box);
  const here = before ? hits.indexOf(before) + move : move > 0 ? 0 : hits.length - 1;
  const next = hits[(here + hits.length) % hits.length];
  before?.setAttribute("aria-selected", "false");
  next.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

function choose(box, hit) {
  close(box);
  hit.click();
}
