// The tour: six steps, each beside the part of the page that it speaks of. Escape or « Fermer » ends it.

export function announceSteps() {
  const tour = document.getElementById("visite");
  if (!tour) return;
  const steps = [...tour.querySelectorAll("[data-tour-of]")];
  let now = 0;
  const leave = () => document.querySelectorAll(".tour-here").forEach((one) => one.classList.remove("tour-here"));
  const show = (rank) => {
    now = rank;
    leave();
    steps.forEach((step, place) => { step.hidden = place !== rank; });
    tour.querySelector("[data-tour-back]").disabled = rank === 0;
    tour.querySelector("[data-tour-next]").hidden = rank === steps.length - 1;
    const spoken = document.querySelector(steps[rank].dataset.tourOf);
    spoken?.classList.add("tour-here");
    spoken?.scrollIntoView({ block: "center" });
    steps[rank].querySelector("h3").focus({ preventScroll: true });
  };
  const open = () => {
    if (!tour.open) tour.show();
    show(0);
  };
  tour.addEventListener("close", () => {
    leave();
    document.querySelector("[data-tour-open]")?.focus({ preventScroll: true });
  });
  tour.addEventListener("keydown", (event) => { if (event.key === "Escape") tour.close(); });
  tour.querySelector("[data-tour-next]").addEventListener("click", () => show(now + 1));
  tour.querySelector("[data-tour-back]").addEventListener("click", () => show(now - 1));
  document.addEventListener("click", (event) => { if (event.target.closest("[data-tour-open]")) open(); });
  if (tour.hasAttribute("data-tour-first")) open();
}
