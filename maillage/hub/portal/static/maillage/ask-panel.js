// The panel of counts brings words for other parts of the page: a part that is gone meanwhile gets none.
// Counts are asked one after the other into a place that stays; a poll replaces only the panel that made it,
// so that its answer is lost when another panel has come, never the other way round.

function spreadWords() {
  for (const words of document.querySelectorAll("#comptes template[data-for]")) {
    document.getElementById(words.dataset.for)?.replaceChildren(words.content.cloneNode(true));
  }
}

// A pyramid is of the draft that was asked: once that changes, it is gone and may be asked again.
function dropPyramid() {
  document.querySelector("#repartition .breakdown-shown")?.remove();
  document.querySelector("#repartition form")?.removeAttribute("hidden");
}

export function followPanel() {
  spreadWords();
  document.addEventListener("ask:changed", dropPyramid);
  document.addEventListener("ask:added", dropPyramid);
  document.addEventListener("change", (event) => {
    if (event.target.id !== "permit") return;
    dropPyramid();
    for (const asked of document.querySelectorAll("[data-asks] [name=permit]")) asked.value = event.target.value;
  });
  // Cards that are drawn anew have lost their numbers, and get them with the next panel, not with this one.
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.matches("#atelier, .counts")) spreadWords();
  });
}
