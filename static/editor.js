/* The lines of a draft, beyond what app.js does for every grid: moving, copying, pasting, the menu of a row, saving
   while somebody types, and the amount at once. The server's figure replaces every amount shown here. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, work, how) => document.addEventListener(name, work, how);
  const lines = () => $$("[data-line]");
  const rowOf = node => node?.closest?.("[data-line]");
  const idOf = row => row.id.slice("line-".length);
  const table = () => $("#lines");
  const words = $("#row-menu").dataset;
  const sleep = wait => new Promise(done => setTimeout(done, wait));

  /* With the script every row is saved by itself; only without it do the cells belong to one form. */
  const loosen = () => $$("[data-line] [form=head]").forEach(field => field.removeAttribute("form"));
  loosen();

  /* One act after the other, each after the saves that are under way. */
  const busy = new Set();
  on("htmx:before:request", event => busy.add(event.detail.ctx));
  on("htmx:finally:request", event => busy.delete(event.detail.ctx));
  const quiet = async () => { do await sleep(30); while (busy.size); };
  const leave = () => { if (rowOf(document.activeElement)) document.activeElement.blur(); };
  let chain = Promise.resolve(), undo = null;
  const send = (path, values, target = "#lines", { swap = "outerMorph", back = null } = {}) => {
    chain = chain.then(async () => {
      await quiet();
      undo = back;
      await htmx.ajax("POST", table().dataset.move + path, { source: table(), target, swap, values });
      undo = null;
    }).catch(() => {});
  };
  const failed = event => {
    if (event.detail.ctx?.sourceElement === table() && undo) { undo(); undo = null; }
  };
  on("htmx:error", failed);
  on("htmx:response:error", failed);

  /* Numbers are counted by the stylesheet; what is spoken has to be counted here. */
  const number = () => lines().forEach((row, at) => {
    for (const field of $$("[aria-label]", row)) {
      const told = field.getAttribute("aria-label"), now = told.replace(/\d+(?=\D*$)/, at + 1);
      if (now !== told) field.setAttribute("aria-label", now);
    }
  });

  /* Moving: the page first, the server after it; where it refuses, the row goes back. */
  const place = (row, before) => {
    const home = row.parentNode;
    (home.moveBefore ?? home.insertBefore).call(home, row, before ?? $("#line-end"));
    number();
  };
  const put = (row, before) => {
    const field = row.contains(document.activeElement) ? document.activeElement : null, next = row.nextElementSibling;
    if (before === row) return;
    place(row, before);
    if (field && field !== document.activeElement) field.focus();
    const shown = lines();
    $("#toasts").replaceChildren(Object.assign(document.createElement("span"), {
      className: "vh", textContent: words.moved.replace("{n}", shown.indexOf(row) + 1),
    }));
    send(`/${idOf(row)}/move`, { before: before ? idOf(before) : "", shown: shown.map(idOf).join(" ") },
      "#save-state", { back: () => place(row, next) });
  };
  const shift = (row, step) => {
    const all = lines(), at = all.indexOf(row) + step;
    if (at >= 0 && at < all.length) put(row, step < 0 ? all[at] : all[at + 1]);
  };
  const copy = row => { leave(); send(`/${idOf(row)}/copy`, {}, row, { swap: "afterend" }); };
  const paste = (text, row) => { leave(); send("/paste", { rows: text, after: row ? idOf(row) : "" }); };
  const acts = {
    up: row => shift(row, -1),
    down: row => shift(row, 1),
    copy,
    delete: row => $("[data-del]", row).click(),
  };

  on("keydown", event => {
    const row = rowOf(event.target);
    if (!row) return;
    const ctrl = event.ctrlKey || event.metaKey;
    if (event.altKey && !ctrl && /^Arrow(Up|Down)$/.test(event.key)) {
      event.preventDefault();
      shift(row, event.key === "ArrowUp" ? -1 : 1);
    } else if (ctrl && !event.shiftKey && event.key.toLowerCase() === "d") {
      event.preventDefault();
      copy(row);
    } else if (event.altKey && event.key === "Enter" && event.target.tagName === "TEXTAREA") {
      event.preventDefault();
      event.target.setRangeText("\n", event.target.selectionStart, event.target.selectionEnd, "end");
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (event.key === "Escape") setTimeout(early.has(row) ? save : preview, 0, row);
  });

  /* Rows out of a spreadsheet, by the clipboard or as a file */
  on("paste", event => {
    const cell = event.target.closest?.("[data-line] .cell"), text = event.clipboardData?.getData("text/plain") ?? "";
    if (!cell || !(cell.tagName === "TEXTAREA" ? /\t/ : /[\t\n]/).test(text.trim())) return;
    event.preventDefault();
    paste(text, rowOf(cell));
  });
  const hasFiles = event => event.target.closest?.("#invoice") && [...(event.dataTransfer?.types ?? [])].includes("Files");
  on("dragover", event => { if (hasFiles(event)) { event.preventDefault(); $("#invoice").classList.add("dropping"); } });
  on("dragleave", event => { if (!event.relatedTarget) $("#invoice").classList.remove("dropping"); });
  on("drop", async event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    $("#invoice").classList.remove("dropping");
    const bytes = await event.dataTransfer.files[0]?.arrayBuffer();
    if (!bytes) return;
    let text;
    try { text = new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { text = new TextDecoder("windows-1252").decode(bytes); }
    paste(text, rowOf(event.target) ?? lines().at(-1));
  });

  /* The grip: pressed it opens the menu, drawn it moves the row */
  const menu = $("#row-menu");
  let drag = null, dragged = 0, chosen = null;
  const mark = before => {
    $$(".drop-here").forEach(one => one.classList.remove("drop-here"));
    before?.classList.add("drop-here");
  };
  const end = () => { mark(null); drag?.row.classList.remove("dragging"); drag = null; };
  on("pointerdown", event => {
    const grip = event.button === 0 && event.target.closest?.(".grip");
    if (!grip || event.pointerType === "touch") return;
    drag = { row: rowOf(grip), from: event.clientY, grip, id: event.pointerId };
  });
  on("pointermove", event => {
    if (!drag || (!drag.on && Math.abs(event.clientY - drag.from) < 5)) return;
    if (!drag.on) { drag.on = true; drag.grip.setPointerCapture(drag.id); drag.row.classList.add("dragging"); }
    drag.before = lines().find(row => {
      const box = row.getBoundingClientRect();
      return row !== drag.row && event.clientY < box.top + box.height / 2;
    }) ?? null;
    mark(drag.before ?? $("#line-end"));
  });
  on("pointerup", () => {
    if (drag?.on) {
      const { row, before } = drag;
      dragged = Date.now();
      if (before !== (beside(row, 1) ?? null)) put(row, before);
    }
    end();
  });
  on("pointercancel", end);
  on("keydown", event => { if (event.key === "Escape") end(); });
  const beside = (row, step) => { const all = lines(); return all[all.indexOf(row) + step]; };

  on("click", event => {
    const grip = event.target.closest?.(".grip"), item = event.target.closest?.("[data-row]");
    if (grip && Date.now() - dragged > 300) {
      chosen = rowOf(grip);
      const box = grip.getBoundingClientRect();
      menu.showPopover({ source: grip });
      menu.style.setProperty("inset-block-start", `${Math.min(box.bottom, innerHeight - menu.offsetHeight - 8)}px`);
      menu.style.setProperty("inset-inline-start", `${box.left}px`);
      $("button", menu).focus();
    }
    if (item) {
      menu.hidePopover();
      if (chosen?.isConnected) { $(".grip", chosen).focus(); acts[item.dataset.row](chosen); }
    }
    if (event.target.closest?.("[data-keep]")) {
      event.preventDefault();
      $("#head").dispatchEvent(new Event("change", { bubbles: true }));
    }
    const making = event.target.closest?.("[data-make]"), row = making && rowOf(making);
    if (row) {
      const values = Object.fromEntries($$("[name]", row).map(field => [field.name, field.value]));
      making.closest(".pop-place").replaceChildren();
      send(`/${idOf(row)}/service`, values, row);
    }
  });
  menu.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], items = $$("button", menu);
    if (!step) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  });

  /* The amount while somebody types. Exact fractions of whole numbers, so that it is never another figure than the
     server's: text in, [numerator, denominator] out, null for what cannot be read. */
  const digits = text => text.replace(/\p{Nd}/gu, one => {
    const code = one.codePointAt(0);
    let zero = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero--;
    return /[0-9]/.test(one) ? one : String(code - zero);
  });
  const tidy = text => digits(text).replace(/[\s\u200b-\u200f\u2060\ufeff'’_₹,]|\b(?:rs\.?|inr)/gi, "").replace(/\/[-=]$/, "");
  const worth = text => {
    const tokens = tidy(text).replace(/[×xX]/g, "*").replace(/÷/g, "/").replace(/[−–]/g, "-").replace(/^=/, "")
      .match(/\d+(?:\.\d*)?|\.\d+|[-+*/()]|./g) ?? [];
    const single = () => {
      const token = tokens.shift() ?? "?";
      if (token === "-" || token === "+") { const [n, d] = single(); return [token === "-" ? -n : n, d]; }
      if (token === "(") { const value = sum(); if (tokens.shift() !== ")") throw 0; return value; }
      if (!/^[\d.]*\d[\d.]*$/.test(token)) throw 0;
      const [whole, part = ""] = token.split(".");
      return [BigInt(whole + part), 10n ** BigInt(part.length)];
    };
    const product = () => {
      let [n, d] = single();
      while (tokens[0] === "*" || tokens[0] === "/") {
        const times = tokens.shift() === "*", [m, e] = single();
        [n, d] = times ? [n * m, d * e] : [n * e, d * m];
        if (!d) throw 0;
      }
      return d < 0n ? [-n, -d] : [n, d];
    };
    const sum = () => {
      let [n, d] = product();
      while (tokens[0] === "+" || tokens[0] === "-") {
        const plus = tokens.shift() === "+", [m, e] = product();
        [n, d] = [plus ? n * e + m * d : n * e - m * d, d * e];
      }
      return [n, d];
    };
    try { const value = sum(); return tokens.length ? null : value; } catch { return null; }
  };
  /* Half up, away from zero, in units of 1/scale */
  const rounded = ([n, d], scale) => {
    const twice = 2n * (n < 0n ? -n : n) * scale + d, size = twice / (2n * d);
    return n < 0n ? -size : size;
  };
  const grouped = paise => {
    const text = String(paise < 0n ? -paise : paise).padStart(3, "0"), whole = text.slice(0, -2);
    return (paise < 0n ? "−" : "") + whole.replace(/\B(?=(\d\d)*\d{3}$)/g, ",") + "." + text.slice(-2);
  };
  const cell = (row, name) => $(`[name$="-${name}"].cell`, row)?.value.trim() ?? "";
  const amount = row => {
    const quantity = worth(cell(row, "quantity") || "1"), rate = worth(cell(row, "rate") || "0"), typed = cell(row, "discount");
    const isRupees = /₹|\b(?:rs|inr)\b|\/[-=]$/i.test(typed), discount = worth(typed.replace(/%$/, "") || "0");
    if (!quantity || !rate || !discount) return null;
    const gross = rounded([rounded(quantity, 1000n) * rounded(rate, 10000n), 10n ** 7n], 100n);
    const off = isRupees ? rounded(discount, 100n) : rounded([gross * discount[0], 10000n * discount[1]], 100n);
    return quantity[0] <= 0n || rate[0] < 0n || off < 0n || off > gross ? null : gross - off;
  };
  const preview = row => {
    const place = $(".amt", row), worked = amount(row);
    if (worked !== null && $("#totals")?.dataset.plain === "1") place.textContent = grouped(worked);
  };

  /* Saved 0.8 s after the last key, where everything can be read; leaving the cell saves in any case. */
  const timers = new WeakMap(), early = new WeakSet();
  const save = row => {
    clearTimeout(timers.get(row));
    if (!row.isConnected) return;
    early.add(row);
    row.dispatchEvent(new Event("change", { bubbles: true }));
  };
  on("input", event => {
    const row = rowOf(event.target), field = event.target;
    if (!row || !field.matches(".cell")) return;
    preview(row);
    clearTimeout(timers.get(row));
    timers.set(row, field.role !== "combobox" && amount(row) !== null ? setTimeout(save, 800, row) : 0);
  });
  on("change", event => { const row = rowOf(event.target); if (row) { clearTimeout(timers.get(row)); timers.delete(row); } }, true);
  /* A cell left as it was entered tells no change; what waits for its 0.8 s must not arrive after the next act. */
  on("focusout", event => {
    const row = rowOf(event.target), waits = timers.get(row);
    timers.delete(row);
    if (waits) { clearTimeout(waits); save(row); }
  });
  on("focusin", event => { const row = rowOf(event.target); for (const other of lines()) if (other !== row) early.delete(other); });

  /* What did not arrive says so at its row, in words */
  const unsaved = event => {
    const row = rowOf(event.detail.ctx?.sourceElement);
    if (!row?.classList.contains("unsaved") || $(".not-saved", row)) return;
    $(".act", row).prepend(Object.assign(document.createElement("span"), { className: "not-saved", textContent: words.unsaved }));
  };
  const soon = work => event => setTimeout(work, 0, event);
  on("htmx:error", soon(unsaved));
  on("htmx:response:error", soon(unsaved));
  on("htmx:after:swap", () => {
    /* An answer to what was typed before must not stand over what is being typed. */
    const row = rowOf(document.activeElement);
    if (row && (timers.has(row) || !$(".has-err", row))) preview(row);
    loosen();
    number();
    for (const one of lines()) if (!one.classList.contains("unsaved")) $(".not-saved", one)?.remove();
  });
})();
