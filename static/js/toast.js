// Toasts: at most three, with an undo whose ring shrinks and waits while pointed at or focused.
const region = document.getElementById("toasts"), form = document.getElementById("toast-template");

function start(toast, seconds) {
  const ring = toast.querySelector("[data-ring]");
  let rest = seconds * 1000, then = performance.now();
  const timer = setInterval(() => {
    const now = performance.now(), waits = document.hidden || toast.matches(":hover, :focus-within");
    if (!waits) rest -= now - then;
    then = now;
    ring?.setAttribute("stroke-dasharray", `${Math.max(0, rest / seconds / 10).toFixed(1)} 100`);
    if (!toast.isConnected || rest <= 0) { clearInterval(timer); toast.remove(); }
  }, 100);
}

const skew = Date.parse(document.documentElement.dataset.now) - Date.now();
const until = at => Math.max(1, (Date.parse(at) - Date.now() - skew) / 1000);

function show({ text, level = "ok", undo: url, until: end, seconds = end ? until(end) : 8 }) {
  const toast = form.content.firstElementChild.cloneNode(true), button = toast.querySelector("[data-undo]");
  toast.dataset.level = level;
  toast.querySelectorAll("[data-for]").forEach(el => { if (!el.dataset.for.split(" ").includes(level)) el.remove(); });
  toast.querySelector("p").textContent = text;
  if (url) button.addEventListener("click", () => { toast.remove(); document.dispatchEvent(new CustomEvent("post", { detail: url })); });
  else { button.remove(); toast.querySelector("svg:has([data-ring])").remove(); }
  if (level === "error") toast.role = "alert";
  (document.querySelector("dialog[open]") ?? document.body).append(region); // above an open dialog
  region.append(toast);
  while (region.children.length > 3) region.firstElementChild.remove();
  start(toast, seconds);
}

document.addEventListener("toast", event => show(event.detail));
document.addEventListener("close", () => document.body.append(region), true);
document.addEventListener("click", event => event.target.closest("[data-toast-close]")?.closest(".sm-toast").remove());
region.querySelectorAll(".sm-toast").forEach(toast => start(toast, Number(toast.dataset.seconds) || 8));
