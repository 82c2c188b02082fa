/* Where typed values are kept in this browser until the portal has answered them (window.EntryStore), and how tabs tell
   each other. A value lives in localStorage under its person, county, place, key and tab: no tab writes over another's.
   What two tabs have recalled each keeps under its own name; neither removes what the other has added since. */
(function () {
  "use strict";
  var home = document.querySelector("[data-entry]");
  if (!home) { return; }
  var shelf = "entry:" + home.dataset.who + ":" + home.dataset.place + ":";
  var SIGNED_IN = "signed-in:" + home.dataset.who;

  function key() {  // a UUID of version 4; crypto.randomUUID is younger than our oldest browser
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    var hex = Array.from(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  var tab = key();

  function keep(place, item) {
    var name = shelf + place + "#" + item.now.key + "#" + tab;
    var text = JSON.stringify({
      now: item.now, next: item.next, more: item.more, tried: item.tried, state: item.state, answer: item.answer,
      at: item.at
    });
    try {
      localStorage.setItem(name, text);
      if (item.stored && item.stored.name !== name) { drain(item); }
      item.stored = {name: name, text: text};
    } catch (full) { /* kept on the page only; leaving it warns */ }
  }

  /* Its edits in the order they are sent. */
  function editsOf(item) { return [item.now].concat(item.more || [], item.next).filter(Boolean); }

  function keysOf(item) { return editsOf(item).map(function (edit) { return edit.key; }); }

  function read(name) {
    try { return localStorage.getItem(name); } catch (closed) { return null; }
  }

  function parsed(text) {
    try { return JSON.parse(text); } catch (broken) { return null; }
  }

  /* Removes what is kept of the item, unless another tab has written there since. */
  function drain(item) {
    if (!item.stored || read(item.stored.name) !== item.stored.text) { return; }
    try { localStorage.removeItem(item.stored.name); } catch (closed) { /* nothing was kept */ }
  }

  /* What is kept, the oldest first: [{stored, place, now, next, state, …}]. */
  function all() {
    var names = [], found = [];
    try { names = Object.keys(localStorage); } catch (closed) { return found; }
    names.forEach(function (name) {
      var text = name.indexOf(shelf) === 0 ? read(name) : null, item = text && parsed(text);
      if (!item || !item.now || !item.now.key) { return; }
      found.push(Object.assign(item, {
        stored: {name: name, text: text}, since: 0, place: name.slice(shelf.length).split("#")[0]
      }));
    });
    return found.sort(function (one, other) { return (one.at || 0) - (other.at || 0); });
  }

  function announce() {  // somebody is signed in here: other tabs of the same person may try again
    try { localStorage.setItem(SIGNED_IN, String(Date.now())); } catch (closed) { /* they ask when looked at */ }
  }

  /* signedIn: another tab is; changed: another tab keeps something else. */
  function watch(signedIn, changed) {
    window.addEventListener("storage", function (event) {
      if (event.key === SIGNED_IN) { signedIn(); }
      if (event.key === null || event.key.indexOf(shelf) === 0) { changed(); }
    });
  }

  /* Asks the page anew for a token; `found` gets it where the same person is signed in, else "". */
  function welcome(found) {
    fetch(location.href.split("#")[0], {credentials: "same-origin"}).then(function (response) {
      return response.ok ? response.text() : "";
    }).then(function (html) {
      var fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-entry]");
      found(fresh && fresh.dataset.who === home.dataset.who ? fresh.dataset.token : "");
    }).catch(function () { found(""); });
  }

  window.EntryStore = {
    key: key, keep: keep, drain: drain, editsOf: editsOf, keysOf: keysOf, all: all, announce: announce, watch: watch, welcome: welcome
  };
}());
