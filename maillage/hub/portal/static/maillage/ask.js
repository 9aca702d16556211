// The builder: small forms that send themselves, and a page that stays where one was while its parts change.

const TYPING_PAUSE_MS = 300;
const workshop = () => document.getElementById("atelier");

// A control sends itself once its value is chosen, or typed and left alone for a moment.
let typing = 0;
const sent = new WeakMap();
const send = (form) => {
  clearTimeout(typing);
  const said = new URLSearchParams(new FormData(form)).toString();
  if (!form.isConnected || !form.checkValidity() || sent.get(form) === said) return;
  sent.set(form, said);
  form.requestSubmit();
};
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-auto]");
  if (form) send(form);
});
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-auto]");
  if (!form || !event.target.matches("input[type=number], input[type=text]")) return;
  clearTimeout(typing);
  typing = setTimeout(() => send(form), TYPING_PAUSE_MS);
});

// What was open stays open, and what was typed while an answer was on its way is not lost.
let kept = null;
const isBuilder = (event) => event.detail.target?.id === "construction" || event.detail.target?.id === "atelier";
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  // An error says what to do above the builder; it is swapped as any answer.
  if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    return;
  }
  if (!isBuilder(event)) return;
  const active = document.activeElement;
  kept = {
    open: [...document.querySelectorAll("#construction details[open]")].map((one) => one.id),
    id: active?.id ?? "",
    value: active?.matches("#construction input") && active.type !== "checkbox" ? active.value : null,
    told: requestConfig?.elt?.contains(active) ? requestConfig.formData?.get(active.name) : undefined,
  };
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (!kept || !document.getElementById("construction")) return;
  const { open, id, value, told } = kept;
  kept = null;
  for (const one of open) document.getElementById(one)?.setAttribute("open", "");
  const field = id && document.getElementById(id);
  if (field && value !== null && told !== undefined && value !== told) {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const wanted = document.getElementById("construction").dataset.focus;
  const lost = document.activeElement === document.body || document.activeElement === null;
  if (lost || wanted) (document.getElementById(wanted || id) ?? document.getElementById("q"))?.focus();
});

// Once a term is added the field is ready for the next one.
document.addEventListener("ask:added", () => {
  const field = document.getElementById("q");
  if (!field) return;
  field.value = "";
  field.focus();
});

// « Add here » points the search field at a group or a list.
document.addEventListener("click", (event) => {
  const into = event.target.closest?.("[data-into]");
  if (!into) return;
  document.getElementById("cible").value = into.dataset.into;
  const field = document.getElementById("q");
  field.focus();
  field.scrollIntoView({ block: "nearest" });
});

// Arrows go from the field through the suggestions, Escape comes back.
document.addEventListener("keydown", (event) => {
  const here = document.activeElement;
  const buttons = [...document.querySelectorAll("#propositions .hit-do button:first-of-type")];
  if ((here?.id === "q" || here?.closest?.("#propositions")) && buttons.length) {
    const rank = buttons.indexOf(here.closest(".hit")?.querySelector(".hit-do button:first-of-type"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      (buttons[rank + step] ?? document.getElementById("q")).focus();
    } else if (event.key === "Escape") {
      document.getElementById("q").focus();
      document.getElementById("propositions").replaceChildren();
    }
  }
  // A text field undoes its own typing.
  if (!(event.ctrlKey || event.metaKey) || event.altKey || here?.matches?.("input[type=text], input[type=search], input[type=number], textarea")) return;
  const undoes = event.key === "z" && !event.shiftKey;
  const redoes = event.key === "y" || (event.key === "Z" && event.shiftKey);
  if (!undoes && !redoes) return;
  const button = workshop()?.querySelector(undoes ? "#undo" : "#redo");
  if (button && !button.disabled) {
    event.preventDefault();
    button.click();
  }
});

// A pause is counted down where it is told.
setInterval(() => {
  for (const one of document.querySelectorAll(".countdown")) {
    const left = Math.max(0, Number(one.dataset.seconds) - 1);
    one.dataset.seconds = left;
    one.textContent = left;
  }
}, 1000);
