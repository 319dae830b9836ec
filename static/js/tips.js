// Chart tooltips from data-tip, by pointer and keyboard. CSSOM positions pass a strict policy.
const tip = Object.assign(document.createElement("div"), { className: "sm-tip", hidden: true, ariaHidden: "true" });
document.body.append(tip);
function show(el, x, y) {
  tip.textContent = el.dataset.tip;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.min(innerWidth - box.width - 8, Math.max(8, x + 14))}px`;
  tip.style.top = `${Math.max(8, y - box.height - 12)}px`;
}
const hide = () => { tip.hidden = true; };
let pointed = false;
document.addEventListener("pointermove", event => {
  const el = event.target.closest?.("[data-tip]");
  // A page that scrolls under a still pointer "moves" it: what the keyboard shows stays.
  if (el) show(el, event.clientX, event.clientY); else if (pointed) hide();
  pointed = Boolean(el);
});
document.addEventListener("focusin", event => {
  const el = event.target.closest?.("[data-tip]"), box = el?.getBoundingClientRect();
  if (el) { show(el, box.left + box.width / 2, box.top + 20); pointed = false; }
});
document.addEventListener("focusout", hide);
document.addEventListener("keydown", event => {
  if (event.key === "Escape") hide();
  const hit = event.target.closest?.("[data-hit]");
  if (!hit) return;
  const all = [...(hit.closest("[data-hits]") ?? hit.parentNode).querySelectorAll("[data-hit]")], at = all.indexOf(hit);
  const next = all[{ ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key]];
  if (!next) return;
  // Links keep their own place in the order of the page.
  if (!hit.href) { hit.tabIndex = -1; next.tabIndex = 0; }
  next.focus();
  event.preventDefault();
});
