/* Leaving a page of entry: what is still open in an editor is given first ("entry:flush" on the document), then sent.
   What then waits, or is not on its way, asks whether to leave; it stays in this browser and is sent from the next page.
   What is answered while the next page is already being drawn may be missing there: that page is drawn once more. */
(function () {
  "use strict";
  var Entry = window.Entry, leaving = false, left = 0, BEHIND = "entry:behind", DRAWN = 5000;
  if (!Entry) { return; }

  function behind(is) {  // is the page that comes drawn before what this one still saved? Undefined asks and forgets
    try {
      var was = sessionStorage.getItem(BEHIND) !== null;
      if (is) { sessionStorage.setItem(BEHIND, "1"); } else { sessionStorage.removeItem(BEHIND); }
      return was;
    } catch (closed) { return false; }
  }

  if (behind()) { location.reload(); }

  function flush() {
    document.dispatchEvent(new CustomEvent("entry:flush"));
    Entry.hurry();
  }

  document.addEventListener("entry:state", function (event) {
    if (event.detail.state === "saved" && Date.now() - left < DRAWN) { behind(true); }
  });
  window.addEventListener("beforeunload", function (event) {
    left = Date.now();
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
