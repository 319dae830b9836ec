// Every htmx event name and header lives here: a move to htmx 4 touches one file.
const say = (key, level = "error") => document.dispatchEvent(new CustomEvent("toast", {
  detail: { text: document.getElementById("toasts").dataset[key], level },
}));
const host = () => document.getElementById("dialog");

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  // An explicit header lets a real 304 reach htmx, which then swaps nothing.
  if (detail.verb === "get" && detail.elt.dataset.etag) detail.headers["If-None-Match"] = detail.elt.dataset.etag;
});

// A dialog's form that stands on a page of its own has nothing there to replace: the browser posts it and follows.
document.addEventListener("submit", event => {
  const target = event.target.getAttribute("hx-target");
  if (target?.startsWith("#") && !document.querySelector(target)) event.stopPropagation();
}, true);

// While the detail is on its way, nothing acts on the one still shown; while an act is, none moves on from it.
function busy({ target, requestConfig }, on) {
  if (target?.id !== "detail") return;
  for (const id of requestConfig.verb === "get" ? ["detail"] : ["detail", "queue"]) {
    const el = document.getElementById(id);
    if (el) el.inert = on;
  }
}
document.addEventListener("htmx:beforeRequest", ({ detail }) => busy(detail, true));
document.addEventListener("htmx:afterRequest", ({ detail }) => busy(detail, false));

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, requestConfig } = detail;
  if (xhr.status < 400 && /^\s*<!doctype/i.test(detail.serverResponse)) { // signed out meanwhile
    detail.shouldSwap = false;
    location.assign(xhr.responseURL || location.href);
    return;
  }
  if (!requestConfig.elt.closest?.("#dialog")) return;
  if (xhr.status === 422) Object.assign(detail, { target: document.getElementById("dialog-body"), swapOverride: "innerHTML" });
  else if (detail.shouldSwap && !detail.target?.closest("#dialog")) host().close();
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "dialog-body" || host().open) return;
  host().showModal();
  host().querySelector(".sm-dialog-b :is(:checked, input:not([type=hidden]), select, textarea)")?.focus();
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  detail.elt.querySelector?.("[aria-invalid=true]")?.focus();
  document.dispatchEvent(new Event("swapped")); // what the other modules listen to
});
// Others ask for a POST whose answer replaces the detail; without one the page itself posts and follows.
document.addEventListener("post", ({ detail: url }) => {
  if (document.getElementById("detail")) { window.htmx.ajax("POST", url, { target: "#detail", swap: "outerHTML" }); return; }
  const form = Object.assign(document.createElement("form"), { method: "post", action: url });
  const csrf = document.querySelector("meta[name=csrf-token]").content;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "csrfmiddlewaretoken", value: csrf }));
  document.body.append(form);
  form.submit();
});

// Polling stops in hidden tabs and runs once on return; no trigger filter, because filters need eval.
// What somebody has opened in a region to read stays open: it is left alone until they close it.
const poll = el => { el.smWaited = 0; if (!el.querySelector("details[open]")) window.htmx.trigger(el, "refresh"); };
const polled = () => document.querySelectorAll("[data-poll]");
setInterval(() => {
  if (document.hidden) return;
  for (const el of polled()) if ((el.smWaited = (el.smWaited ?? 0) + 1) >= el.dataset.poll) poll(el);
}, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) polled().forEach(poll); });
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const tag = detail.xhr?.status === 200 && detail.xhr.getResponseHeader("ETag");
  const el = document.getElementById(detail.elt.id) ?? detail.elt;
  if (tag && "poll" in el.dataset) el.dataset.etag = tag;
});

const WORDS = { 401: "saySignedOut", 403: "sayForbidden", 404: "sayMissing", 429: "sayBusy", 503: "sayDown" };
document.addEventListener("htmx:responseError", ({ detail }) => say(WORDS[detail.xhr.status] ?? "sayError"));
document.addEventListener("htmx:sendError", ({ detail }) => { if (!("poll" in detail.elt.dataset)) say("sayOffline", "warn"); });
