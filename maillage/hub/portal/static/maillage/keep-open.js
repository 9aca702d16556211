// A part of a page that is drawn anew while hospitals answer keeps open what its reader had opened.

let opened = new Set();

const nameOf = (details) => details.querySelector("summary").textContent + (details.querySelector("caption")?.textContent ?? "");

document.addEventListener("htmx:beforeSwap", (event) => {
  opened = new Set([...event.detail.target.querySelectorAll("details[open]")].map(nameOf));
});

document.addEventListener("htmx:load", (event) => {
  for (const details of event.detail.elt.querySelectorAll("details")) {
    if (opened.has(nameOf(details))) details.open = true;
  }
});
