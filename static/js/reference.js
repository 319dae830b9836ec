// The reference page: finds while one types, and opens what an address points to. Without it, the form and the links do.
const field = document.getElementById("find"), said = document.getElementById("found");

function find() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const part of document.querySelectorAll("[data-part]")) {
    let any = false;
    for (const op of part.querySelectorAll("[data-op]")) {
      const text = `${op.id} ${op.firstElementChild.textContent}`.toLowerCase();
      op.hidden = !words.every(word => text.includes(word));
      any ||= !op.hidden;
      count += op.hidden ? 0 : 1;
    }
    part.hidden = !any;
  }
  said.textContent = words.length ? String(count) : "";
}

function open() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) { target.hidden = false; target.open = true; target.scrollIntoView(); }
}

field.addEventListener("input", find);
addEventListener("hashchange", open);
open();
