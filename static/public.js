/* Pages behind a link: the one thing that needs a script is the clipboard. Without it the button stays away. */
"use strict";
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const rows = [...document.getElementById(button.dataset.copy).querySelectorAll("dt")];
      const text = rows.map(dt => `${dt.textContent.trim()}: ${dt.nextElementSibling.textContent.trim()}`).join("\n");
      navigator.clipboard.writeText(text).then(() => { button.textContent = button.dataset.done; });
    });
  }
}
