/* The bar below a branch's form: how many typed values are on their way, waiting, refused; and signing in again. */
(function () {
  "use strict";
  var form = document.querySelector("[data-entry-form]"), counts = document.querySelector("[data-counts]");
  if (!form || !counts) { return; }
  var words = JSON.parse(document.getElementById("entry-words").textContent);

  function onCounts(event) {
    var found = event.detail, said = [];
    ["saving", "waiting", "refused", "conflict"].forEach(function (state) {
      if (found[state]) { said.push(words[state].replace("%(count)s", String(found[state]))); }
    });
    var off = !found.signedOut && (navigator.onLine === false || found.waiting > 0);
    if (off) { said.push(words.offline); }
    if (found.signedOut) { said.push(words.signedOut); }
    counts.textContent = said.length ? said.join(" · ") : words.allSaved;
    counts.parentElement.classList.toggle("is-offline", off || found.signedOut);
    counts.parentElement.classList.toggle("is-refused", found.refused + found.conflict > 0);
    if (found.signedOut) { counts.append(" ", signIn()); }
  }

  function signIn() {
    var link = document.createElement("a");
    link.href = form.dataset.signIn + "?next=" + encodeURIComponent(location.pathname + location.search);
    link.textContent = words.signIn;
    link.setAttribute("data-entry-sign-in", "");
    return link;
  }

  document.addEventListener("entry:counts", onCounts);
}());
