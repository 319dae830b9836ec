// Countdowns tick here from data-due; the server never renders for seconds.
const root = document.documentElement;
const skew = Date.parse(root.dataset.now) - Date.now(); // the server's clock decides
const [D, H, M, S] = (root.dataset.units ?? "d h m s").split(" ");
const two = n => String(n).padStart(2, "0");
const join = (a, b, c, d) => `${a}\u202f${b}` + (d ? `\u00a0${c}\u202f${d}` : "");

export function text(ms) {
  const s = Math.floor(Math.abs(ms) / 1000), h = Math.floor(s / 3600), m = Math.floor(s % 3600 / 60);
  const out = h >= 100 ? join(Math.floor(h / 24), D, h % 24, H) : h ? join(h, H, two(m), M)
    : m >= 10 ? join(m, M) : join(m, M, two(s % 60), S);
  return ms < 0 ? `\u2212${out}` : out;
}

function level(el, now) {
  if (now > Date.parse(el.dataset.due)) return "breach";
  const passed = el.dataset.steps?.split(",").filter(step => step && now >= step.split(":")[1] * 1000);
  return passed?.length ? passed.at(-1).split(":")[0] : el.dataset.level;
}

function tick() {
  const now = Date.now() + skew;
  for (const el of document.querySelectorAll("[data-due]")) {
    const next = text(Date.parse(el.dataset.due) - now), at = level(el, now);
    if (el.textContent !== next) el.textContent = next;
    if (el.dataset.level === at) continue;
    for (const twin of document.querySelectorAll(`[data-clock="${CSS.escape(el.dataset.clock)}"]`)) twin.dataset.level = at;
    el.dataset.level = at;
  }
  for (const el of document.querySelectorAll("[data-updated]")) {
    const s = Math.max(0, Math.floor((now - Date.parse(el.dataset.updated)) / 1000));
    el.textContent = (navigator.onLine ? el.dataset.fresh : el.dataset.offline).replace("{ago}", s < 60 ? `${s}\u202f${S}` : text(s * 1000));
    el.toggleAttribute("data-stale", s > 120 || !navigator.onLine);
  }
}

let timer;
function run() {
  clearInterval(timer);
  if (document.hidden) return;
  tick();
  timer = setInterval(tick, 1000);
}
document.addEventListener("visibilitychange", run);
document.addEventListener("swapped", tick);
run();
