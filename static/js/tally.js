/* The count of boxes ticked in a form marked data-tally, in the words of its button; all or none at once; and one
   question with that number before the form is sent, once. */
(function () {
  "use strict";

  function boxes(form) {
    return Array.from(form.querySelectorAll("input[name=branch]")).filter(function (box) { return !box.disabled; });
  }

  function filled(button, count) {
    return count === 1 ? button.dataset.tallyOne : button.dataset.tallyMany.replace("{n}", count);
  }

  function tally(form) {
    const count = boxes(form).filter(function (box) { return box.checked; }).length;
    form.querySelectorAll("[data-tally-one]").forEach(function (button) {
      button.textContent = filled(button, count);
      button.disabled = count === 0;
    });
    close(form);
  }

  function close(form) {
    const question = form.querySelector("[data-tally-ask]");
    if (!question || question.hidden) return;
    question.hidden = true;
    form.querySelector("[data-tally-foot]").hidden = false;
  }

  function ask(form, question) {
    form.querySelector("[data-tally-foot]").hidden = true;
    question.hidden = false;
    question.querySelector("[data-tally-yes]").focus();
  }

  function onSubmit(event) {
    const form = event.currentTarget, question = form.querySelector("[data-tally-ask]");
    if (!question) return;
    if (!question.hidden && !form.dataset.sent) { form.dataset.sent = "yes"; return; }
    event.preventDefault();
    if (question.hidden) ask(form, question);
  }

  document.querySelectorAll("form[data-tally]").forEach(function (form) {
    form.addEventListener("change", function () { tally(form); });
    form.addEventListener("submit", onSubmit);
    form.addEventListener("click", function (event) {
      if (event.detail > 1 && event.target.closest("[type=submit]")) event.preventDefault(); // half of a double click
      const all = event.target.closest("[data-tally-all], [data-tally-none]");
      if (all) {
        boxes(form).forEach(function (box) { box.checked = all.hasAttribute("data-tally-all"); });
        tally(form);
      }
      if (event.target.closest("[data-tally-no]")) {
        close(form);
        form.querySelector("[data-tally-foot] button").focus();
      }
    });
    window.addEventListener("pageshow", function () { delete form.dataset.sent; tally(form); });
    form.querySelectorAll("[data-tally-all], [data-tally-none]").forEach(function (button) { button.hidden = false; });
    tally(form);
  });
})();
