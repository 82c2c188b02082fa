/* The queue of typed values: kept in this browser until the portal has answered each of them (window.Entry).

   One element of the page says where to: <div data-entry data-url data-token data-who data-place hidden>.
   A place is "branch|criterion|period". An item is what is on its way for one place: `now` is sent and resent under one
   key until it is answered, `next` is what was typed since it was first sent. An item lives in localStorage under its
   place and its key, so two tabs never write over each other's; what two tabs send twice has one effect, by its key.
   What several tabs left of one place is sent one after the other, the newest last: each is in the value's history.
   States go out as "entry:state" and "entry:counts" on the document. */
(function () {
  "use strict";
  var home = document.querySelector("[data-entry]");
  if (!home) { return; }
  var Store = window.EntryStore, Load = window.EntryLoad;

  var KEEPALIVE = 20000, SLOWEST = 30000, YOUNG = 1500;
  var UNSENT = {saving: true, waiting: true};
  var url = home.dataset.url, token = home.dataset.token;
  var items = {}, revisions = {};
  var busy = false, asking = false, renewed = false, signedOut = false, light = true;
  var tries = 0, timer = 0;

  function words() {
    var block = document.querySelector("script[data-entry-words], #entry-words");
    return block ? JSON.parse(block.textContent) : {};
  }

  function placeOf(edit) { return edit.branch + "|" + edit.criterion + "|" + (edit.period || 0); }

  function keep(place) { Store.keep(place, items[place]); }

  function forget(place) {
    var item = items[place];
    delete items[place];
    Store.drain(item);
  }

  /* What was refused because the branch was shut is asked again once on every page: it may have been opened since. */
  function retry(item) {
    if (item.state !== "locked") { return; }
    item.now.key = Store.key();
    item.state = "saving";
    item.answer = null;
    item.tried = false;
  }

  function recall() {
    Store.all().forEach(function (item) {
      if (items[item.place]) { follow(item.place, item); } else { items[item.place] = item; }
    });
    Object.keys(items).forEach(function (place) {
      retry(items[place]);
      show(place, UNSENT[items[place].state] ? line() : items[place].state);
    });
    tell();
  }

  /* A newer item of another tab goes behind the one of its place: older ones are sent first, none is dropped. */
  function follow(place, newer) {
    var older = items[place], known = Store.keysOf(older);
    var fresh = Store.editsOf(newer).filter(function (edit) { return known.indexOf(edit.key) < 0; });
    Store.drain(newer);
    if (!fresh.length) { return; }  // both tabs hold the same
    var edits = (older.next ? [older.next] : []).concat(fresh);
    older.next = edits.pop();
    older.more = (older.more || []).concat(edits);
    older.state = "waiting";
    older.tried = true;  // what is typed from now on goes last
    keep(place);
  }

  /* Everything this browser holds of the person here, other tabs' too: [{place, state, edit, answer}]. */
  function places() {
    var found = {};
    Store.all().forEach(function (item) { found[item.place] = item; });
    Object.assign(found, items);
    return Object.keys(found).map(function (place) {
      var item = found[place];
      return {place: place, state: item.state, edit: item.next || item.now, answer: item.answer || null};
    });
  }

  function line() { return signedOut || navigator.onLine === false || tries > 0 ? "waiting" : "saving"; }

  function say(name, detail) { document.dispatchEvent(new CustomEvent(name, {detail: detail})); }

  function show(place, state) {
    var item = items[place];
    item.state = state;
    say("entry:state", {place: place, state: state, edit: item.next || item.now, answer: item.answer || null});
  }

  function counts() {
    var found = {saving: 0, waiting: 0, refused: 0, conflict: 0, signedOut: signedOut};
    Object.keys(items).forEach(function (place) {
      var state = items[place].state;
      found[state === "locked" ? "refused" : state] += 1;
    });
    return found;
  }

  function tell() { say("entry:counts", counts()); }

  function give(edit) {
    var place = placeOf(edit), item = items[place], last = item && (item.next || item.now);
    var mine = Object.assign({period: 0, text: "", na: false, note: "", document: "", source: "", way: "typed"}, edit);
    mine.key = Store.key();
    mine.revision = place in revisions ? revisions[place] : edit.revision || 0;
    if (last && last.text === mine.text && last.na === mine.na) { mine.way = last.way; }  // a note of a value kept
    if (item && UNSENT[item.state] && item.tried) {
      item.next = mine;  // what was sent may have arrived: its answer comes first
    } else {
      if (item) { mine.revision = item.now.revision; }  // still on top of what its giver saw
      items[place] = item = {now: mine, next: null, tried: false, answer: null, stored: item && item.stored};
    }
    item.since = item.at = Date.now();
    show(place, line());
    keep(place);
    tell();
    wake(tries > 0 ? null : 0);
  }

  function overrule(place) {
    var item = items[place];
    if (!item || item.state !== "conflict") { return; }
    revisions[place] = item.answer.theirs && item.answer.theirs.revision || 0;
    var mine = Object.assign({}, item.now);
    forget(place);
    give(mine);
  }

  function resend(place) {  // what was refused, as it is: it may be taken now
    var item = items[place];
    if (!item || UNSENT[item.state] || item.state === "conflict") { return; }
    give(item.now);
  }

  function drop(place) {
    var item = items[place];
    if (!item || UNSENT[item.state]) { return; }
    var theirs = item.state === "conflict" && item.answer.theirs;
    if (theirs) { revisions[place] = theirs.revision || 0; }
    forget(place);
    tell();
  }

  function wake(after) {
    if (after === null && timer) { return; }
    clearTimeout(timer);
    timer = setTimeout(send, after || 0);
  }

  function hurry() {  // the page may be gone in a moment
    if (timer) {
      clearTimeout(timer);
      send();
    }
  }

  function unsent() { return Object.keys(items).filter(function (place) { return UNSENT[items[place].state]; }); }

  function batch() { return Load.batch(unsent(), function (place) { return items[place].now; }); }

  function send() {
    timer = 0;
    var places = busy || signedOut ? [] : batch();
    if (!places.length) { return; }
    if (navigator.onLine === false) { return fail(places); }
    busy = true;
    places.forEach(function (place) { items[place].tried = true; keep(place); });
    var body = JSON.stringify({edits: places.map(function (place) { return items[place].now; })});
    var cut = new AbortController(), patience = Load.watch(places.length, function () { cut.abort(); });
    light = body.length < KEEPALIVE;
    fetch(url, {
      method: "POST", body: body, credentials: "same-origin", redirect: "error", signal: cut.signal,
      keepalive: light, headers: {"Content-Type": "application/json", "X-CSRFToken": token}
    }).then(function (response) {
      return response.json().catch(function () { return {}; }).then(function (said) {
        clearTimeout(patience);
        busy = false;
        hear(places, response.status, said);
      });
    }).catch(function () {
      clearTimeout(patience);
      busy = false;
      fail(places);
    });
  }

  function hear(places, status, said) {
    if (said.answers) { return take(places, said.answers); }
    if (status === 401 || status === 403) {
      signedOut = true;
      fail(places);
      if (!renewed) { welcome(); }  // another tab may have signed in meanwhile
      return;
    }
    if (status >= 500 || status === 429 || status < 400) { return fail(places); }
    if (places.length > 1) {  // one of them can't be read: find it by halves
      Load.halve(places.length);
      return wake(0);
    }
    settle(places[0], {status: "refused", message: said.error || words().unreadable || "", warnings: []});
    after();
  }

  function take(places, answers) {
    answers.forEach(function (answer, index) {
      if (items[places[index]]) { settle(places[index], answer); }
    });
    Load.carried();
    renewed = false;
    after();
  }

  function after() {
    var late = tries > 0;
    tries = 0;
    if (late) { mark("saving"); }
    tell();
    wake(0);
  }

  /* One place has its answer: what was typed since goes out on top of it. */
  function settle(place, answer) {
    var item = items[place], state = answer.status;
    if (state === "saved") { revisions[place] = answer.revision; }
    if (item.next) {
      item.now = item.more && item.more.shift() || item.next;
      if (item.now === item.next) { item.next = null; }
      item.tried = Boolean(item.next);
      if (state === "saved" && item.now.revision !== answer.revision) {
        item.now.revision = answer.revision;
        item.now.key = Store.key();  // another tab may have sent it on top of something else
      }
      keep(place);
      return show(place, "saving");
    }
    item.answer = answer;
    if (state === "unknown" || state === "reused") { state = "refused"; }
    show(place, state);
    if (state === "saved") { forget(place); } else { keep(place); }
  }

  function fail() {
    tries += 1;
    mark("waiting");
    tell();
    if (!signedOut) { wake(Math.min(SLOWEST, 1000 * Math.pow(2, Math.min(tries, 6) - 1)) * (0.75 + Math.random() / 2)); }
  }

  function mark(state) {
    unsent().forEach(function (place) { if (items[place].state !== state) { show(place, state); } });
  }

  /* -- signing in again, here or in another tab ---------------------------------------------------------------------- */

  function welcome() {
    if (!signedOut || asking) { return; }
    asking = true;
    Store.welcome(function (fresh) {
      asking = false;
      if (!fresh) { return; }
      signedOut = false;
      renewed = true;
      token = fresh;
      document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach(function (input) { input.value = fresh; });
      tell();
      wake(0);
    });
  }

  Store.watch(welcome, tell);
  window.addEventListener("focus", welcome);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { welcome(); } });

  /* -- leaving, and coming back ------------------------------------------------------------------------------------ */

  function onItsWay(item) {  // sent a moment ago, and the browser finishes it without the page
    return item.tried && !item.next && light && Date.now() - item.since <= YOUNG;
  }

  function isAtRisk() {
    return Object.keys(items).some(function (place) {
      var item = items[place];
      return item.state === "waiting" || item.state === "saving" && !onItsWay(item);
    });
  }

  window.addEventListener("online", function () { wake(0); });
  window.addEventListener("offline", function () { mark("waiting"); tell(); });
  document.addEventListener("DOMContentLoaded", function () { recall(); Store.announce(); wake(0); });

  window.Entry = {
    give: give, drop: drop, overrule: overrule, resend: resend, counts: counts, places: places, revisions: revisions,
    hurry: hurry, isAtRisk: isAtRisk,
    know: function (place, revision) { revisions[place] = revision; },
    held: function (place) { return items[place] || null; }  // {now, next, state, answer} while not saved
  };
}());
