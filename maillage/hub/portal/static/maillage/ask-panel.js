// The panel of counts brings words for other parts of the page: a part that is gone meanwhile gets none.
// Counts are asked one after the other into a place that stays; a poll replaces only the panel that made it,
// so that its answer is lost when another panel has come, never the other way round.

function spreadWords() {
  for (const words of document.querySelectorAll("#comptes template[data-for]")) {
    document.getElementById(words.dataset.for)?.replaceChildren(words.content.cloneNode(true));
  }
}

export function followPanel() {
  spreadWords();
  // Cards that are drawn anew have lost their numbers, and get them with the next panel, not with this one.
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.matches("#atelier, .counts")) spreadWords();
  });
}
