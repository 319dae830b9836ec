// Small things of every page: menus close, print, copy, filters submit themselves.
const menus = "details[data-menu][open]";
document.addEventListener("click", event => {
  for (const menu of document.querySelectorAll(menus)) if (!menu.contains(event.target)) menu.open = false;
  if (event.target.closest("[data-print]")) print();
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent).then(() => {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: copy.dataset.copied, seconds: 4 } }));
  });
});
document.addEventListener("keydown", event => {
  const menu = event.key === "Escape" && event.target.closest?.(menus);
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});
document.addEventListener("change", event => { if (event.target.matches("[data-submit]")) event.target.form.requestSubmit(); });
addEventListener("offline", () => document.getElementById("offline")?.removeAttribute("hidden"));
addEventListener("online", () => document.getElementById("offline")?.setAttribute("hidden", ""));
// The side bar may be longer than the window: the place where one is shows.
document.querySelector(".sm-side [aria-current=page]")?.scrollIntoView({ block: "nearest" });
