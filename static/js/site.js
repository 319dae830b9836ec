// For customers' sites: <script src=".../site.js" data-key="fk_..." defer></script>
// Nothing is stored or sent before smarketing.consent(true). No dependency, no eval, no inline style.
(() => {
  const me = document.currentScript, base = new URL(me.src).origin, key = me.dataset.key;
  const NAME = "smk_visitor", DAYS = 395, COME = "smk_came";
  const read = () => (document.cookie.match(/(?:^|; )smk_visitor=([0-9a-f]{32})/) || [])[1] || "";
  const write = (value, days) => {
    const safe = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${NAME}=${value}; Max-Age=${days * 86400}; Path=/; SameSite=Lax${safe}`;
  };
  const made = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, "0")).join("");
  let visitor = read();

  const send = (kind, properties = {}) => {
    if (!visitor) return;
    const behaviours = [{ kind, at: new Date().toISOString(), properties }];
    fetch(`${base}/api/v1/intake/forms/${key}/behaviours`, {
      method: "POST", keepalive: true, credentials: "omit", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ visitor, consent: true, behaviours }),
    }).catch(() => {});
  };
  const page = () => send("page_viewed", { page: location.pathname });

  // Where the first visit came from, for the form that may be sent days later.
  const came = () => {
    const query = new URLSearchParams(location.search), told = {};
    for (const [name, value] of query) if (/^utm_|^(gclid|fbclid|msclkid|li_fat_id|ttclid)$/.test(name)) told[name] = value.slice(0, 200);
    return { ...told, landing_page: location.pathname, referrer: document.referrer.slice(0, 2000) };
  };
  const remembered = () => {
    try { return JSON.parse(localStorage.getItem(COME)) || came(); } catch { return came(); }
  };
  const remember = () => {
    try { if (!localStorage.getItem(COME)) localStorage.setItem(COME, JSON.stringify(came())); } catch { /* not allowed here */ }
  };
  const forget = () => { try { localStorage.removeItem(COME); } catch { /* nothing was kept */ } };

  const consent = granted => {
    if (!granted) { visitor = ""; write("", 0); forget(); return; }
    if (!visitor) { visitor = made(); write(visitor, DAYS); }
    remember();
    page();
  };

  // Any pasted form of ours: add where the visit came from; with data-inline stay on the page.
  document.addEventListener("submit", event => {
    const form = event.target;
    if (!form.action || !form.action.startsWith(`${base}/api/v1/intake/forms/`)) return;
    for (const [name, value] of Object.entries(visitor ? { ...remembered(), visitor } : came())) {
      if (!value || form.elements.namedItem(name)) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    if (form.dataset.inline === undefined) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    if (button) button.disabled = true;
    fetch(form.action, { method: "POST", credentials: "omit", body: new URLSearchParams(new FormData(form)) })
      .then(answer => { if (!answer.ok) throw new Error(answer.status); })
      .then(() => {
        const thanks = document.createElement("p");
        thanks.setAttribute("role", "status");
        thanks.textContent = form.dataset.inline || "Thank you.";
        form.replaceWith(thanks);
      })
      // Whatever a script may not do here, a plain form may.
      .catch(() => { delete form.dataset.inline; form.submit(); });
  });

  window.smarketing = { consent, track: (kind, properties) => send(String(kind), properties) };
  if (visitor) page();
  else if (me.dataset.consent === "granted") consent(true);
})();
