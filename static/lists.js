/* Selecting rows of a list by mouse and keys. Without it the boxes and the bar work as they are. */
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const boxes = () => $$("#list [data-row] .check");
  const rows = () => $$("#list [data-row]");
  let last = null, at = -1;

  const tell = () => {
    const place = document.querySelector("[data-selected]"), all = boxes();
    const many = all.filter(box => box.checked).length;
    if (place) place.textContent = `${many} ${place.dataset.words ?? place.textContent.replace(/^\d+ /, "")}`;
    const head = document.querySelector("[data-select-all]");
    if (head) { head.checked = many > 0 && many === all.length; head.indeterminate = many > 0 && many < all.length; }
  };

  document.addEventListener("click", event => {
    const box = event.target.closest?.("#list [data-row] .check");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach(one => { one.checked = box.checked; });
    }
    last = box;
    tell();
  });
  document.addEventListener("change", event => {
    if (event.target.matches("[data-select-all]")) { boxes().forEach(box => { box.checked = event.target.checked; }); tell(); }
    if (event.target.matches("[data-select-mode]")) document.getElementById("list").classList.toggle("selecting", event.target.checked);
  });
  document.addEventListener("reset", event => { if (event.target.id === "bulk") setTimeout(tell); });
  document.addEventListener("htmx:after:swap", () => {
    at = -1; last = null; tell();
    /* The export leaves with the filter that is shown now. */
    for (const link of $$("[data-keep]")) link.search = location.search;
  });

  document.addEventListener("keydown", event => {
    if (event.target.closest?.("input:not(.check), textarea, select, dialog, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.getElementById("words")?.dataset.keys === "off") return;
    const all = rows();
    if (!all.length) return;
    const go = step => {
      all[at]?.classList.remove("is-at");
      at = Math.max(0, Math.min(all.length - 1, at + step));
      all[at].classList.add("is-at");
      all[at].querySelector("a.id:not(.only-phone)")?.focus({ preventScroll: true });
      all[at].scrollIntoView({ block: "nearest" });
    };
    const act = { j: () => go(1), k: () => go(at < 0 ? 1 : -1), x: () => all[at]?.querySelector(".check")?.click(), e: () => all[at]?.querySelector("a.id")?.click() }[event.key];
    if (act) { event.preventDefault(); act(); }
  });
})();
/* From the search box down to what it found, and back. */
(() => {
  "use strict";
  document.addEventListener("keydown", event => {
    if (!/^Arrow(Up|Down)$/.test(event.key)) return;
    const box = document.querySelector("[data-leads-to]");
    const links = box ? [...document.querySelectorAll(`${box.dataset.leadsTo} a`)] : [];
    const at = links.indexOf(document.activeElement);
    if (!links.length || (at < 0 && document.activeElement !== box)) return;
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    (links[next] ?? (next < 0 ? box : links[at])).focus();
  });
})();
