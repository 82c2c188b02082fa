/* Leaving a page of entry: what is still open in an editor is given first ("entry:flush" on the document), then sent.
   What then waits, or is not on its way, asks whether to leave; it stays in this browser and is sent from the next page. */
(function () {
  "use strict";
  var Entry = window.Entry, leaving = false;
  if (!Entry) { return; }

  function flush() {
    document.dispatchEvent(new CustomEvent("entry:flush"));
    Entry.hurry();
  }

  window.addEventListener("beforeunload", function (event) {
    flush();
    if (leaving || !Entry.isAtRisk()) { return; }
    event.preventDefault();
    event.returnValue = "";
  });
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", function () { if (document.hidden) { flush(); } });
  document.addEventListener("click", function (event) {  // signing in again: what waits is sent from there
    if (event.target.closest && event.target.closest("[data-entry-sign-in]")) { leaving = true; }
  });
}());
