// Choosing rows and moving by keys on the pages of the review; everything works without it.
"use strict";
(() => {
  const boxes = (form) => [...form.querySelectorAll("tbody input[type=checkbox][name=branch]")];

  function tell(form) {
    const own = boxes(form);
    const chosen = own.filter((box) => box.checked).length;
    form.querySelectorAll("[data-chosen]").forEach((place) => { place.textContent = chosen ? ` (${chosen})` : ""; });
    form.querySelectorAll("[data-all]").forEach((all) => {
      all.checked = chosen > 0 && chosen === own.length;
      all.indeterminate = chosen > 0 && chosen < own.length;
    });
  }

  function choose(form) {
    const all = form.querySelector("[data-all]");
    if (all && boxes(form).length) {
      all.hidden = false;
      const word = form.querySelector("[data-all-less]");
      if (word) word.remove();
      all.addEventListener("change", () => { boxes(form).forEach((box) => { box.checked = all.checked; }); tell(form); });
    }
    form.addEventListener("change", () => tell(form));
    tell(form);
  }

  function isTyping(target) {
    return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
  }

  function rows() {
    return [...document.querySelectorAll("[data-rows] tbody tr")];
  }

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step))];
    next.querySelector("th a").focus();
  }

  function press(event) {
    if (event.altKey && event.key === "Enter") {
      const send = document.querySelector("[data-send]");
      if (send) { event.preventDefault(); send.click(); }
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
    if (event.key === "x") {
      const row = document.activeElement.closest("[data-rows] tbody tr");
      const box = row && row.querySelector("input[type=checkbox]");
      if (box) box.click();
    }
  }

  document.querySelectorAll("[data-choosing]").forEach(choose);
  document.querySelectorAll("[data-keys]").forEach((place) => { place.hidden = false; });
  document.addEventListener("keydown", press);
})();
