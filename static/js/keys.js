// Single keys come from data-key, "G then" keys from data-go; rows from data-row.
const off = event => event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented
  || event.target.closest("input:not([type=radio],[type=checkbox]), textarea, select, [contenteditable]");
const shown = el => !el.closest("[inert]") && (el.checkVisibility?.() ?? true);
const last = list => list[list.length - 1];
let going = 0;

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(shown);
  if (!rows.length) return;
  const here = document.activeElement.closest("tr")?.querySelector("[data-row]") ?? document.activeElement;
  const at = rows.findIndex(row => row.getAttribute("aria-current") === "true" || row === here);
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  // Beside a detail moving shows it; in a table Enter opens what has the focus.
  if (row.hasAttribute("hx-get")) row.click();
}

function help() {
  const list = document.getElementById("keys-list"), dialog = document.getElementById("keys");
  list.querySelectorAll("[data-found]").forEach(el => el.remove());
  for (const el of document.querySelectorAll("[data-key]")) {
    if (!shown(el) || !el.dataset.keyLabel) continue;
    const dt = document.createElement("dt"), dd = document.createElement("dd"), kbd = document.createElement("kbd");
    kbd.className = "sm-k"; kbd.textContent = el.dataset.key.toUpperCase();
    dt.dataset.found = dd.dataset.found = ""; dt.append(kbd); dd.textContent = el.dataset.keyLabel;
    list.append(dt, dd);
  }
  dialog.showModal();
}

document.addEventListener("keydown", event => {
  if (event.key === "k" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); return find(); }
  if (off(event)) return;
  const dialog = event.target.closest("dialog");
  if (dialog) { // inside a dialog 1 to 9 choose an option, the letter of a part goes there: its digits are its own
    const part = event.target.closest("[data-part]"), door = dialog.querySelector(`[data-part="${CSS.escape(event.key.toLowerCase())}"]`);
    const options = [...(part ?? dialog).querySelectorAll("[data-digit]")].filter(el => el.closest("[data-part]") === part);
    const option = door ? door.querySelector(":checked") : options[event.key - 1];
    if (option) { if (!door) option.click(); option.focus(); event.preventDefault(); }
    return;
  }
  if (document.documentElement.dataset.keys === "off" && event.key !== "?") return;
  const key = event.key.toLowerCase(), gone = Date.now() - going < 1200;
  going = 0;
  // A place may lie in a group of the navigation that is folded.
  const there = el => gone ? !el.closest("[inert]") : shown(el);
  const target = last([...document.querySelectorAll(gone ? `[data-go="${CSS.escape(key)}"]` : `[data-key="${CSS.escape(key)}"]`)].filter(there));
  if (target) target.click();
  else if (key === "g") going = Date.now();
  else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "/") find();
  else if (key === "?") help();
  else return;
  event.preventDefault();
});

function find() {
  const field = [...document.querySelectorAll("[data-find]")].find(shown);
  field?.focus(); field?.select?.();
}

// The queue marks the row whose lead the detail shows, whoever moved it.
document.addEventListener("swapped", () => {
  const detail = document.getElementById("detail");
  if (!detail) return;
  for (const row of document.querySelectorAll("[data-row]")) {
    if (row.dataset.row === detail.dataset.shows) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
});
