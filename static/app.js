/* What a page does in the browser. The server owns every figure: nothing here adds, rounds or stores money.
   Without this file every page still works, but for the line editor. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, work) => document.addEventListener(name, work);
  const words = $("#words")?.dataset ?? {};
  let folded = matchMedia("(max-width: 48rem)").matches;
  const token = () => $("meta[name=csrf-token]");
  const element = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });

  /* Toasts, banner and the state of saving */
  const toast = text => {
    const box = element("div", "toast");
    box.append(element("span", "", text));
    $("#toasts")?.replaceChildren(box);
  };

  const banner = (text, link) => {
    const strip = element("div", "strip-note warn");
    strip.dataset.own = "";
    strip.append(element("span", "", text));
    if (link) strip.append(Object.assign(element("a", "btn sm", link.words), { href: link.href, target: "_blank" }));
    $("#banner")?.replaceChildren(strip);
  };
  const clearBanner = () => $("#banner > [data-own]")?.remove();

  const state = (kind, text, short = text) => {
    const place = $("#save-state");
    if (!place || place.classList.contains("vh")) return;
    const long = element("span", "only-desk", text);
    long.dataset.state = kind;
    const sign = { saving: element("span", "spin"), saved: $("#words svg").cloneNode(true) }[kind] ?? "";
    place.classList.toggle("late", kind === "unsaved");
    place.replaceChildren(sign, long, element("span", "only-phone", short));
  };
  const clock = () => new Date().toTimeString().slice(0, 5);
  const allSaved = () => {
    /* A server that wrote its own words has replaced the mark; then they stand. */
    if ($("#save-state [data-state]")) state("saved", words.saved.replace("{time}", clock()), words.savedShort.replace("{time}", clock()));
  };

  /* Lines, and what carries data-autosave, are sent again until they arrive */
  const isAutosave = node => node.matches?.("[data-autosave], [data-line]");
  const pauses = [2, 5, 15, 30];
  const waiting = new Map();
  let stale = false, saving = 0;

  const retryLater = node => {
    const tries = (waiting.get(node)?.tries ?? 0) + 1;
    const seconds = pauses[Math.min(tries, pauses.length) - 1];
    clearTimeout(waiting.get(node)?.timer);
    node.classList.add("unsaved");
    waiting.set(node, { tries, timer: setTimeout(retry, seconds * 1000, node) });
    state("unsaved", words.unsaved.replace("{seconds}", seconds));
  };
  const retry = async node => {
    if (stale) await freshen();
    if (!node.isConnected) return settle(node);
    node.dispatchEvent(new Event("change", { bubbles: true }));
  };
  /* Answered. What was refused is not saved: then the sentence at the field speaks, and nothing is claimed here. */
  const settle = (node, stored = true) => {
    clearTimeout(waiting.get(node)?.timer);
    waiting.delete(node);
    node.classList?.remove("unsaved");
    if (waiting.size) return;
    clearBanner();
    if (stored) allSaved();
    else if ($("#save-state [data-state]")) $("#save-state").replaceChildren();
  };
  /* After signing in again in another tab, this page needs that session's CSRF token. */
  const freshen = async () => {
    const reply = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (!reply?.ok) return;
    const fresh = $("meta[name=csrf-token]", new DOMParser().parseFromString(await reply.text(), "text/html"));
    if (fresh) { token().content = fresh.content; stale = reply.redirected; }
  };

  on("htmx:config:request", event => {
    const { request } = event.detail.ctx;
    if (request.method !== "GET") request.headers["X-CSRFToken"] = token()?.content ?? "";
  });
  on("htmx:before:request", event => {
    const { ctx } = event.detail;
    if (!isAutosave(ctx.sourceElement)) return;
    /* A save that waited in the queue was filled in before the answer that raised the version. */
    for (const name of [...(ctx.request.body?.keys?.() ?? [])]) {
      if (/(^|-)version$/.test(name)) ctx.request.body.set(name, document.getElementsByName(name)[0]?.value ?? "");
    }
    ctx.counted = ++saving;
    if (!waiting.size) state("saving", words.saving);
    ctx.slow = setTimeout(toast, 5000, words.slow);
  });
  on("htmx:finally:request", event => {
    clearTimeout(event.detail.ctx.slow);
    if (event.detail.ctx.counted) saving--;
  });
  /* Issuing must see what was typed last, so it waits for the saves that are under way. */
  const whenSaved = async work => {
    do await new Promise(done => setTimeout(done, 60)); while (saving);
    if (waiting.size) toast(words.unsavedYet);
    else work();
  };

  on("htmx:response:error", event => {
    const { ctx } = event.detail, { status } = ctx.response, source = ctx.sourceElement;
    if (status === 422 || status === 409) return;                    /* a fragment with its own sentences */
    stale ||= status === 401 || status === 400;
    if (isAutosave(source)) status >= 500 || status === 429 || stale ? retryLater(source) : state("unsaved", words.refused);
    if (status === 401) return banner(words.signedOut, { words: words.signIn, href: words.signInUrl });
    if (!ctx.hx.retarget || status >= 500) toast(status >= 500 ? words.fault : words.refused);
  });
  on("htmx:error", event => {
    const { ctx } = event.detail;
    if (!ctx) return;
    if (isAutosave(ctx.sourceElement)) retryLater(ctx.sourceElement);
    else toast(words.network);
  });
  addEventListener("offline", () => banner(words.offline));
  addEventListener("online", () => { clearBanner(); [...waiting.keys()].forEach(retry); });
  addEventListener("beforeunload", event => { if (waiting.size) event.preventDefault(); });

  /* Swaps */
  /* Answers may overtake each other: figures older than those on the page are dropped. Nor may one row's answer
     say that all is saved while another row waits. */
  on("htmx:before:swap", event => {
    const { tasks, ctx } = event.detail, status = ctx.response?.status;
    if (status < 400 || status === 422 || status === 409) settle(ctx.sourceElement, status < 400);
    for (const task of [...tasks]) {
      const fresh = task.fragment?.querySelector?.("[data-seq]"), shown = fresh && document.getElementById(fresh.id);
      const late = shown && Number(fresh.dataset.seq) < Number(shown.dataset.seq);
      if (late || (waiting.size && task.target?.id === "save-state")) tasks.splice(tasks.indexOf(task), 1);
    }
    ctx.told = new Set(tasks.flatMap(task => $$("[name]", task.fragment ?? element("i")).map(field => field.name)));
  });

  /* Morphing writes a value only where the attribute changed; a field could go on showing what was typed over it.
     Only what the answer holds is set right: htmx posts the whole form, and the rest of it is not saved yet. */
  const showStored = (name, value) => {
    for (const field of document.getElementsByName(name)) {
      if (field === document.activeElement || field.value !== value) continue;
      if (field.tagName === "SELECT") {
        const stored = [...field.options].find(option => option.defaultSelected);
        if (stored) field.value = stored.value;
      } else if (/^text/.test(field.type)) field.value = field.defaultValue;
    }
  };
  on("htmx:after:swap", event => {
    const { ctx } = event.detail, sent = ctx.request?.body;
    if (sent?.entries) for (const [name, value] of sent) if (ctx.told?.has(name)) showStored(name, value);
    light();
    if (folded) $("details.meta")?.removeAttribute("open");
    /* A list that comes after its field was left is late. */
    for (const field of $$("[role=combobox]")) {
      if (options(field).length && field !== document.activeElement) shut(field);
      else field.setAttribute("aria-expanded", options(field).length > 0);
    }
    const dialog = $("#dialog");
    if (dialog && !dialog.open && dialog.childElementCount && [dialog, "#dialog"].includes(ctx.target)) dialog.showModal();
    takeFocus();
  });

  const takeFocus = () => {
    const box = $("[data-take-focus]:not([data-taken])");
    if (box) { box.dataset.taken = ""; box.focus(); }
  };

  /* HX-Trigger: {"focus": {"target": "#line-7-item"}} or {"focus": "#..."}; {"toast": {"text": "..."}} */
  on("focus", event => {
    const where = event.detail?.value ?? event.detail?.target;
    const field = typeof where === "string" ? $(where) : where;
    if (!field) return;
    field.focus();
    field.select?.();
  });
  on("toast", event => event.detail?.text && toast(event.detail.text));
  on("close-dialog", () => $("#dialog")?.close());

  /* Small things of every page */
  on("click", event => {
    const opener = event.target.closest("[data-open]"), reveal = event.target.closest("[data-reveal]");
    const copy = event.target.closest("[data-copy]");
    if (opener) { const dialog = $("#" + opener.dataset.open); if (dialog) { event.preventDefault(); dialog.showModal(); } }
    if (reveal) {
      const field = document.getElementById(reveal.dataset.reveal), open = field.type === "password";
      field.type = open ? "text" : "password";
      reveal.setAttribute("aria-pressed", open);
      reveal.textContent = open ? reveal.dataset.hide : reveal.dataset.show;
    }
    if (copy) navigator.clipboard?.writeText($("#" + copy.dataset.copy).textContent).then(() => { copy.textContent = copy.dataset.done; });
    /* A word of what happened goes when it is pressed; its button is another matter. */
    if (event.target.closest(".toast") && !event.target.closest("button, a")) $("#toasts").replaceChildren();
    if (!event.target.closest(".more")) $(".more[open]")?.removeAttribute("open");
    /* What looks at a draft must see what was typed last. */
    const look = event.target.closest("a[data-when-saved]");
    if (look) { event.preventDefault(); whenSaved(() => tell(look, "saved")); }
    /* From a dialog to the field that mends what it found. */
    const way = event.target.closest("dialog [data-goto]");
    if (way) {
      event.preventDefault();
      way.closest("dialog").close();
      const field = way.dataset.goto && $(way.dataset.goto);
      for (let box = field; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
      if (field) { field.matches("input, select, textarea, a, button") || (field.tabIndex = -1); field.focus(); }
      /* On a phone a line shows all its cells only while it is worked on. */
      if (field && document.activeElement !== field) { $("input:not([type=hidden])", field.closest("[data-line]") ?? document)?.focus(); field.focus(); }
    }
  });
  /* A second press of the same button sends nothing; coming back to the page makes it whole again. */
  on("submit", event => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.matches("[data-after-saves]:not([data-ready])")) {
      event.preventDefault();
      return whenSaved(() => { form.dataset.ready = ""; form.requestSubmit(event.submitter); delete form.dataset.ready; });
    }
    if (form.dataset.sent !== undefined) return event.preventDefault();
    form.dataset.sent = "";
  });
  addEventListener("pageshow", () => $$("form[data-sent]").forEach(form => delete form.dataset.sent));

  /* Two minutes before the session ends the page asks. What other tabs and devices did counts, so the server is asked. */
  const staying = $("#staying"), notice = 120, longest = 2e6;
  const ask = async () => {
    const reply = await fetch(words.leftUrl, { cache: "no-store" }).catch(() => null);
    const { left, prolongs } = reply?.ok ? await reply.json() : { left: 0 };
    if (left > notice + 5 || !left) return left && watch(left);
    $$("[data-when]", staying).forEach(one => { one.hidden = (one.dataset.when === "idle") !== prolongs; });
    if (!staying.open) staying.showModal();
  };
  const watch = left => setTimeout(ask, Math.min(longest, left - notice) * 1000);
  const stayed = () => { staying?.close(); ask(); };
  on("stayed", stayed);
  if (words.left) watch(Number(words.left));

  let went = 0;
  on("keydown", event => {
    if (event.key === "Escape") $(".more[open]")?.removeAttribute("open");
    if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]") || words.keys === "off") return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const room = Date.now() - went < 1200 && $(`[data-go="${CSS.escape(event.key)}"]`);
    went = event.key === "g" ? Date.now() : 0;
    const act = room ? () => room.click() : {
      "?": () => $("#keys")?.showModal(),
      "/": () => { const box = $("#q") ?? $("[data-search]"); box?.id ? box.focus() : box?.click(); },
      n: () => $("[data-new-invoice]")?.requestSubmit(),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  /* Cells: what was in one when it was entered, for Escape */
  const held = new WeakMap();
  on("focusin", event => { if (event.target.matches("input, select, textarea")) held.set(event.target, event.target.value); });
  const putBack = field => { field.value = held.get(field) ?? field.value; field.select?.(); };
  const enter = field => { if (field) { field.focus(); field.select?.(); } return Boolean(field); };
  const tell = (field, ...names) => names.forEach(name => field.dispatchEvent(new Event(name, { bubbles: true })));

  /* A field with a list under it (role=combobox, aria-controls): the list comes from the server. --- */
  const options = field => $$("[role=option]", document.getElementById(field.getAttribute("aria-controls")) ?? element("ul"));
  const shut = field => {
    document.getElementById(field.getAttribute("aria-controls"))?.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const move = (field, list, step) => {
    const at = list.findIndex(option => option.getAttribute("aria-selected") === "true");
    list.forEach(option => option.setAttribute("aria-selected", "false"));
    const next = list[(at + step + list.length) % list.length] ?? list[0];
    next.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  };
  /* True when the list took the key, which it always does before the grid. */
  const inList = event => {
    const field = event.target, list = field.role === "combobox" ? options(field) : [];
    if (!list.length || !/^(Arrow(Up|Down)|Enter|Escape)$/.test(event.key)) return false;
    event.preventDefault();
    if (event.key === "Escape") shut(field);
    else if (event.key !== "Enter") move(field, list, event.key === "ArrowDown" ? 1 : -1);
    else (list.find(option => option.getAttribute("aria-selected") === "true") ?? list[0]).click();
    return true;
  };
  on("click", event => {
    const option = event.target.closest("[role=option][data-value]");
    const field = option && $$("[role=combobox]").find(one => options(one).includes(option));
    if (!field) return;
    const hidden = document.getElementById(field.dataset.picks) ?? document.getElementsByName(field.dataset.picks)[0];
    if (hidden) hidden.value = option.dataset.value;
    field.value = option.dataset.name;
    shut(field);
    tell(field, "change");
  });
  on("mousedown", event => { if (event.target.closest("[role=option]")) event.preventDefault(); });
  on("focusout", event => { if (event.target.role === "combobox") shut(event.target); });

  /* The lines of a document: rows tr[data-line], cells .cell named lines-<id>-<column> */
  const lines = () => $$("[data-line]");
  const column = field => field.name?.slice(field.name.lastIndexOf("-") + 1);
  const cell = (row, name) => row && $(`.cell[name$="-${name}"]`, row);
  const beside = (list, row, step) => list[list.indexOf(row) + step];
  const press = button => { if (button) button.click(); return Boolean(button); };
  let lit = "";
  /* Which row is being worked on; told again after a swap, which writes the server's classes. */
  const light = () => lines().forEach(row => ($("tr.line", row) ?? row).classList.toggle("is-on", row.id === lit));
  on("focusin", event => {
    const row = event.target.closest("[data-line]");
    if (row && row.id !== lit) { lit = row.id; light(); }
  });
  const addLine = () => {
    const button = $("[data-add]");
    button?.focus();                                                  /* leaves the cell, so that it is saved first */
    return press(button);
  };
  /* The server says where the focus goes; if it did not, the same column of the next row. */
  const removeLine = row => {
    const next = beside(lines(), row, 1) ?? beside(lines(), row, -1);
    const name = column(document.activeElement);
    const refocus = () => {
      if (row.isConnected) return;
      document.removeEventListener("htmx:finally:request", refocus);
      if (next && document.activeElement === document.body) enter(cell(next, name) ?? $(".cell", next));
    };
    on("htmx:finally:request", refocus);
    return press($("[data-del]", row));
  };
  on("keydown", event => {
    const field = event.target, row = field.closest?.("[data-line]");
    if (inList(event) || !row) return;
    const act = done => { if (done) event.preventDefault(); };
    const ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && event.key === "Backspace") return act(removeLine(row));
    if (ctrl && event.key === "Enter") { field.blur(); return act(press($("[data-issue]"))); }
    if (!field.matches(".cell") || ctrl || event.altKey) return;
    const name = column(field), to = step => enter(cell(beside(lines(), row, step), name));
    if (event.key === "Escape") { event.preventDefault(); putBack(field); }
    else if (event.key === "Enter") { event.preventDefault(); if (!to(event.shiftKey ? -1 : 1) && !event.shiftKey) addLine(); }
    else if (event.key === "Tab" && !event.shiftKey && field === $$(".cell", row).at(-1) && !beside(lines(), row, 1)) act(addLine());
    else if (/^Arrow(Up|Down)$/.test(event.key) && field.tagName === "INPUT") act(to(event.key === "ArrowUp" ? -1 : 1));
  });

  /* Allocating a receipt: rows tr.row, inputs data-use; the server answers every change with a preview -- */
  on("keydown", event => {
    const field = event.target, row = field.matches?.("[data-use]") && field.closest("tr.row");
    if (!row) return;
    const rows = $$("tr.row:has([data-use])", row.closest("table"));
    if (/^Arrow(Up|Down)$/.test(event.key) || event.key === "Enter") {
      event.preventDefault();
      enter($("[data-use]", beside(rows, row, event.key === "ArrowUp" || event.shiftKey ? -1 : 1) ?? row));
    }
    if (event.key === "=") { event.preventDefault(); field.value = row.dataset.balance; field.select(); tell(field, "input", "change"); }
    if (event.key === "Escape") { event.preventDefault(); putBack(field); tell(field, "input", "change"); }
  });

  /* A code of six digits: pasted as it was copied, sent once it is whole. */
  on("input", event => {
    const field = event.target, length = Number(field.dataset?.sends);
    if (!length) return;
    field.value = field.value.replace(/\D/g, "").slice(0, length);
    if (field.value.length === length) field.form.requestSubmit();
  });

  /* When the page is there: on a phone the head of a document is one line until it is wanted. */
  document.addEventListener("toggle", event => { if (event.target.matches("details.meta")) folded = !event.target.open; }, true);
  if (folded) $("details.meta")?.removeAttribute("open");
  takeFocus();
})();
