// What waits is looked at again every few seconds. Without this script the page is read again by hand.
const PAUSE = 5000;
const list = document.querySelector("[data-refresh]");
const silence = document.querySelector("#silence");

async function look() {
  try {
    const answer = await fetch(list.dataset.refresh, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.text());
    silence.hidden = true;
  } catch {
    silence.hidden = false;
  }
}

function show(text) {
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  // What has not changed is not read out again; a list that somebody is in changes at a later look.
  const same = fresh.innerHTML.trim() === list.innerHTML.trim();
  if (!same && !list.contains(document.activeElement)) list.replaceChildren(fresh.content);
}

if (list) setInterval(() => document.hidden || look(), PAUSE);
