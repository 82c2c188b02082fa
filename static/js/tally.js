/* The count of boxes ticked in a form marked data-tally, in the words of its button; one click sends the form once. */
(function () {
  "use strict";

  function tally(form) {
    const button = form.querySelector("[data-tally-one]");
    if (!button) return;
    const count = form.querySelectorAll("input[name=branch]:checked").length;
    button.textContent = count === 1 ? button.dataset.tallyOne : button.dataset.tallyMany.replace("{n}", count);
    button.disabled = count === 0;
  }

  document.querySelectorAll("form[data-tally]").forEach(function (form) {
    form.addEventListener("change", function () { tally(form); });
    window.addEventListener("pageshow", function () { tally(form); });
    tally(form);
  });
})();
