// Small conveniences. Every page works without this file.
(() => {
  "use strict";

  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // "/" goes to Find, unless somebody is typing.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const find = $("#find");
      if (find?.offsetParent) {
        event.preventDefault();
        find.focus();
      }
    }
    if (event.key === "Escape") {
      for (const open of all("details[data-closes][open]")) {
        open.open = false;
        $("summary", open)?.focus();
      }
    }
  });
  document.addEventListener("click", (event) => {
    for (const open of all("details[data-closes][open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  // Buttons that only make sense with script: take the other person's words, copy a citation.
  document.addEventListener("click", async (event) => {
    const take = event.target.closest?.("[data-take]");
    if (take) {
      const field = document.getElementById(take.dataset.take);
      field.value = document.getElementById(`${take.dataset.take}_theirs`).textContent;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }
    const copy = event.target.closest?.("[data-copy]");
    if (copy) {
      await navigator.clipboard.writeText($(copy.dataset.copy).textContent.trim());
      say("Copied.");
    }
  });

  function say(words, kind = "info") {
    const region = $("#messages");
    if (!region) return;
    const message = document.createElement("div");
    message.className = `message ${kind}`;
    message.append(Object.assign(document.createElement("p"), { textContent: words }));
    region.replaceChildren(message);
    if (kind === "error") message.scrollIntoView({ block: "nearest" });
  }

  // A second press of the same button sends nothing; the server makes sure of it too.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
    const key = form.dataset.keep;
    const draft = key && read(key);
    if (draft) write(key, { ...draft, sent: true });
  }, true);
  window.addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) delete form.dataset.sent;
  });

  // Text that was typed and not saved survives a refresh or a lost session: <form data-keep="purpose-12">.
  // It is kept in this tab only, and goes when it is saved, when somebody signs out, or with the tab.
  const PREFIX = `kept:${document.body.dataset.person || ""}:`;
  const read = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(PREFIX + key));
    } catch {
      return null;
    }
  };
  const write = (key, draft) => {
    try {
      if (draft) sessionStorage.setItem(PREFIX + key, JSON.stringify(draft));
      else sessionStorage.removeItem(PREFIX + key);
    } catch {
      // A full or forbidden store only means that nothing is kept.
    }
  };
  const kept = (form) => all("textarea, input[type=text], input:not([type])", form).filter((field) => field.name);

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.keep) return;
    const values = {};
    for (const field of kept(form)) if (field.value !== field.defaultValue) values[field.name] = field.value;
    write(form.dataset.keep, Object.keys(values).length ? { values } : null);
  });

  function restore(form) {
    const draft = read(form.dataset.keep);
    // A form that came back with errors already holds what was typed.
    if (!draft || form.dataset.restored || $(".error-summary", form)) return;
    form.dataset.restored = "yes";
    // It was sent, and the page says that it was saved.
    if (draft.sent && $("#messages .success")) {
      write(form.dataset.keep, null);
      return;
    }
    let found = false;
    for (const field of kept(form)) {
      const text = draft.values[field.name];
      if (text !== undefined && text !== field.value) {
        field.value = text;
        found = true;
      }
    }
    if (found) {
      form.closest("details")?.setAttribute("open", "");
      say("What you typed here before and did not save is back.");
    }
  }

  document.addEventListener("submit", (event) => {
    if (!/sign-(out|in)\/$/.test(event.target.action || "")) return;
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
    } catch {
      // Nothing was kept.
    }
  });

  function settle(root) {
    for (const button of all("[data-take], [data-copy]", root)) button.hidden = false;
    const forms = all("form[data-keep]", root);
    if (root.matches?.("form[data-keep]")) forms.push(root);
    forms.forEach(restore);
  }

  // Partial pages: say that something is under way, put the focus on what changed, say what failed.
  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => {
    event.detail.target?.removeAttribute("aria-busy");
    const form = event.detail.elt.closest?.("form");
    if (!form) return;
    delete form.dataset.sent;
    const refused = /class="error-summary"/.test(event.detail.xhr?.responseText || "");
    if (form.dataset.keep && event.detail.successful && !refused) write(form.dataset.keep, null);
  });
  document.addEventListener("htmx:load", (event) => {
    const root = event.detail.elt;
    settle(root);
    if (root === document.body) return;
    const wanted =
      $(".error-summary", root) || $("[data-focus]", root) || (root.matches?.(".error-summary, [data-focus]") ? root : null);
    if (wanted) {
      if (!wanted.matches("a, button, input, textarea, select, summary")) wanted.tabIndex = -1;
      wanted.focus();
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(
      status === 403
        ? "This can't be done. Nothing was changed, and what you typed is still here."
        : "That did not work, and nothing was changed. What you typed is still here: try again in a minute.",
      "error",
    );
  });
  document.addEventListener("htmx:sendError", () => {
    say("No connection just now. What you typed is still here: try again when you are back online.", "error");
  });

  settle(document);
  $(".error-summary")?.focus();
})();
