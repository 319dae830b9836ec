// Ticking rows of the list: X, a click, Shift for everything in between; the bar of acts shows while something is ticked.
const boxes = () => [...document.querySelectorAll("[data-pick]")];
const page = () => document.getElementById("leads");
let last = null;

function shown() {
  const all = boxes(), picked = all.filter(box => box.checked), bar = document.getElementById("bulk");
  if (!bar) return;
  const whole = bar.querySelector("[data-pick-filter]");
  page().toggleAttribute("data-picking", picked.length > 0 || Boolean(whole?.checked));
  bar.querySelector("[data-picked]").textContent = whole?.checked ? "…" : picked.length;
  const every = document.querySelector("[data-pick-all]");
  if (every) Object.assign(every, { checked: picked.length === all.length, indeterminate: picked.length > 0 && picked.length < all.length });
}

function tick(box, on, upTo) {
  const all = boxes(), from = all.indexOf(last), to = all.indexOf(box);
  if (upTo && from >= 0) all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(one => { one.checked = on; });
  else box.checked = on;
  last = box;
  shown();
}

document.addEventListener("click", event => {
  if (event.target.matches("[data-pick]")) tick(event.target, event.target.checked, event.shiftKey);
  const density = event.target.closest("[data-density]");
  if (density) page().toggleAttribute("data-dense");
});
document.addEventListener("change", event => {
  if (event.target.matches("[data-pick-all]")) boxes().forEach(box => { box.checked = event.target.checked; });
  shown();
});
document.addEventListener("reset", event => { if (event.target.id === "bulk") setTimeout(() => { boxes().forEach(box => { box.checked = false; }); shown(); }); });
document.addEventListener("keydown", event => {
  if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.dataset.keys === "off" || event.target.closest("dialog, select, textarea, input:not([type=checkbox])")) return;
  const box = event.target.closest("tr")?.querySelector("[data-pick]") ?? boxes()[0];
  if (!box) return;
  event.preventDefault();
  tick(box, !box.checked, event.shiftKey);
  if (!event.target.closest("tr")) box.closest("tr").querySelector("[data-row]").focus();
});

shown();
