/* The list of services: Escape puts back the row that is being edited, unless a list under a field took the key. */
"use strict";
document.addEventListener("keydown", event => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.target.closest?.(".edit-row")?.querySelector("[data-put-back]")?.click();
});
