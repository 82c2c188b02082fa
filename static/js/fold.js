/* A button with data-folds="id" shows and hides that part on a phone. Without this script the part is simply shown. */
(function () {
  "use strict";
  document.querySelectorAll("[data-folds]").forEach(function (button) {
    var part = document.getElementById(button.dataset.folds);
    if (!part) { return; }
    function fold(folded) {
      part.classList.toggle("is-folded", folded);
      button.setAttribute("aria-expanded", String(!folded));
    }
    button.hidden = false;
    button.addEventListener("click", function () { fold(!part.classList.contains("is-folded")); });
    fold(!part.hasAttribute("data-open"));
  });
}());
