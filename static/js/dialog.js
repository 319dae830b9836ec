// One dialog host; any dialog closes on its close buttons and on a click beside it.
document.addEventListener("click", event => {
  const opener = event.target.closest("[data-open]"), closer = event.target.closest("dialog [data-close]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
  else if (closer) { event.preventDefault(); closer.closest("dialog").close(); }
  else if (event.target.matches("dialog[open]:not([popover])") && beside(event)) event.target.close();
});
function beside({ target, clientX: x, clientY: y }) {
  const box = target.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}
document.getElementById("dialog")?.addEventListener("close", () => document.getElementById("dialog-body").replaceChildren());

// Choosing a reason shows only the fields that it asks for.
function needs(form) {
  const chosen = form.querySelector("[data-needs]:checked");
  for (const part of form.querySelectorAll("[data-needed-for]")) part.hidden = !chosen?.dataset.needs.split(" ").includes(part.dataset.neededFor);
}
document.addEventListener("change", event => { if (event.target.matches("[data-needs]")) needs(event.target.form); });
const all = () => document.querySelectorAll("form[data-has-needs]").forEach(needs);
document.addEventListener("swapped", all);
all();
