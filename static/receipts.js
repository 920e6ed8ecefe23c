/* Keys of the allocation table. The server works out every figure: "=" and "t" only say which row is meant. */
(() => {
  "use strict";
  const CELLS = "[data-use], [data-tds], [data-off], [data-gst]";
  const mark = field => ["data-tds", "data-off", "data-gst", "data-use"].find(name => field.hasAttribute(name));
  const rowOf = field => field.closest("[data-row]") ?? field.closest("tr")?.previousElementSibling;
  let before = "", waiting = "";

  document.addEventListener("focusin", event => { if (event.target.matches?.(CELLS)) before = event.target.value; });

  /* The row goes along in a hidden field, once; the answer then fills the cell although the cursor is in it. */
  const ask = (field, name) => {
    const row = rowOf(field)?.dataset.row, sent = document.getElementsByName(name)[0];
    if (!row || !sent) return;
    sent.value = row;
    waiting = field.id;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const forget = () => ["settle", "suggest"].forEach(name => document.getElementsByName(name).forEach(sent => { sent.value = ""; }));
  document.addEventListener("htmx:before:request", forget);
  document.addEventListener("htmx:after:swap", () => {
    const field = waiting && document.getElementById(waiting);
    waiting = "";
    if (!field) return;
    field.value = field.defaultValue;
    if (field === document.activeElement) field.select();
  });

  const step = (field, way) => {
    const name = mark(field), all = [...document.querySelectorAll(`[${name}]`)];
    const next = all[all.indexOf(field) + way];
    if (next) { next.focus(); next.select(); }
  };

  document.addEventListener("keydown", event => {
    const field = event.target;
    if (!field.matches?.(CELLS) || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      "=": () => ask(field, "settle"),
      t: () => ask(field, "suggest"),
      ArrowUp: () => step(field, -1),
      ArrowDown: () => step(field, 1),
      Enter: () => step(field, event.shiftKey ? -1 : 1),
      Escape: () => {
        field.value = before;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      },
    };
    const act = keys[event.key === "T" ? "t" : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }, true);
})();
