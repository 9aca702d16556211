// What waits is looked at again every few seconds. Without this script the page is read again by hand.
const PAUSE = 5000;
const list = document.querySelector("[data-refresh]");

async function look() {
  const silence = document.querySelector("#silence");
  try {
    const answer = await fetch(list.dataset.refresh, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = (await answer.text()).trim();
    silence.hidden = true;
    // The focus stays where it is: a list that somebody is in changes at the next look.
    if (text !== look.last && !list.contains(document.activeElement)) {
      if (look.last !== undefined) list.innerHTML = text;
      look.last = text;
    }
  } catch {
    silence.hidden = false;
  }
}

if (list) setInterval(() => document.hidden || look(), PAUSE);
