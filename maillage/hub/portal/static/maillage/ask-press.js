// A box or a button that is drawn anew between its being pressed and let go is not pressed at all.

let letGo = null;
let whenReleased = Promise.resolve();

function press() {
  if (letGo) return;
  whenReleased = new Promise((resolve) => {
    letGo = resolve;
  });
}

// The click comes right after.
function release() {
  const done = letGo;
  letGo = null;
  if (done) setTimeout(done);
}

/** Resolves once nothing is held down. */
export const released = () => whenReleased;

const PRESSED = "#construction :is(button, label, summary, input)";
const capture = { capture: true };

document.addEventListener("pointerdown", (event) => event.target.closest?.(PRESSED) && press(), capture);
document.addEventListener("keydown", (event) => event.key === " " && event.target.matches?.(PRESSED) && press(), capture);
// A hand that was let go outside the page is seen when it comes back.
document.addEventListener("pointermove", (event) => event.buttons || release(), capture);
for (const name of ["pointerup", "pointercancel", "keyup"]) document.addEventListener(name, release, capture);
window.addEventListener("blur", release);
