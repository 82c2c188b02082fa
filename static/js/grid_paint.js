/* How the entry grid's cells look: their state, their text, and what is said aloud. */
(function () {
  "use strict";
  var Grid = window.Grid;
  if (!Grid) { return; }
  var words = Grid.words, STAYS = 3000;
  var ICONS = {
    saved: "bi-check2", saving: "bi-arrow-repeat", waiting: "bi-cloud-slash", refused: "bi-x-octagon-fill",
    conflict: "bi-people-fill", locked: "bi-lock-fill", warned: "bi-exclamation-triangle-fill",
    prefilled: "bi-arrow-counterclockwise", returned: "bi-arrow-return-left", overruled: "bi-person-check-fill"
  };
  var STATES = Object.keys(ICONS).concat("missing", "na");

  Grid.state = function (r, c) {
    var cell = Grid.cell(r, c);
    if (cell.live) { return cell.live; }
    if (cell.w) { return "warned"; }
    if (cell.returned) { return "returned"; }
    if ((cell.v || cell.na) && Grid.overruled(r, c)) { return "overruled"; }
    if (cell.na) { return "na"; }
    if (cell.v) { return ""; }
    return cell.p ? "prefilled" : Grid.columns[c].counts ? "missing" : "";
  };

  Grid.shown = function (c, text) {
    var column = Grid.columns[c];
    if (!text) { return ""; }
    if (column.type === "yesno") { return /^(true|1|yes|是)$/i.test(text) ? words.yes : words.no; }
    var option = column.options.find(function (pair) { return pair[0] === text; });
    return option && option[1] !== text ? text + " " + option[1] : text;
  };

  /* What a check put in place of the value entered, in a sentence with both; "" where the entered one counts. */
  Grid.overruled = function (r, c) {
    var cell = Grid.cell(r, c), later = cell.o, number = Grid.columns[c].type !== "choice" && Grid.columns[c].type !== "yesno";
    if (!later) { return ""; }
    var same = later.na ? cell.na : !cell.na && (cell.v === later.number || number && cell.v && Number(cell.v) === Number(later.number));
    if (same) { return ""; }
    var entered = cell.na ? words.na : [Grid.shown(c, cell.v), number ? Grid.columns[c].unit : ""].join(" ").trim();
    return Grid.fill(cell.v || cell.na ? words.overruled : words.overruled_empty, {
      entered: entered, rater: later.by, verified: later.is
    });
  };

  /* What there is to say of a cell: why it was not taken, what is to be explained, why it is closed, what counts instead. */
  Grid.message = function (r, c) {
    var cell = Grid.cell(r, c);
    if (cell.live && cell.message) { return cell.message; }
    return [cell.w || cell.x || "", Grid.overruled(r, c)].join(" ").trim();
  };

  /* Is the other version of a conflict the reader's own, from another window? */
  Grid.isOwn = function (cell) {
    var theirs = cell.live === "conflict" && cell.answer && cell.answer.theirs;
    return Boolean(theirs && theirs.mine);
  };

  Grid.word = function (cell, state) { return state === "conflict" && Grid.isOwn(cell) ? words.elsewhere : words.states[state] || ""; };

  function question(at, cell) {
    var theirs = cell.answer.theirs;
    return Grid.fill(words.conflict_own, {
      theirs: theirs.na ? words.na : theirs.text || words.none, mine: cell.na ? words.na : cell.v || words.none
    });
  }

  Grid.paint = function (r, c) {
    var td = Grid.td(r, c), cell = Grid.cell(r, c), state = Grid.state(r, c);
    STATES.forEach(function (name) { td.classList.toggle("is-" + name, name === state); });
    if (cell.x) { td.classList.add("is-locked"); }
    td.textContent = "";
    if (ICONS[state]) {
      var icon = document.createElement("i");
      icon.className = "bi " + ICONS[state] + " cell__m" + (state === "saving" ? " spin" : "");
      icon.setAttribute("aria-hidden", "true");
      td.appendChild(icon);
    }
    var value = document.createElement("span");
    value.className = "cell__v";
    value.textContent = cell.na ? words.na : Grid.shown(c, cell.v || (state === "prefilled" ? cell.p : ""));
    td.appendChild(value);
    var heard = document.createElement("span");
    heard.className = "visually-hidden";
    heard.textContent = [Grid.word(cell, state), Grid.message(r, c), cell.na ? cell.n || "" : ""].join(" ").trim();
    td.appendChild(heard);
    if (state === "missing") { td.dataset.missing = words.missing; } else { td.removeAttribute("data-missing"); }
    td.title = Grid.message(r, c);
    Grid.count();
  };

  Grid.say = function (text) {
    var node = Grid.home.querySelector("[data-grid-say]");
    if (node) { node.textContent = text; }
  };

  /* -- what the queue tells ------------------------------------------------------------------------------------------- */

  document.addEventListener("entry:state", function (event) {
    var told = event.detail, at = Grid.find(told.place);
    if (!at) { return; }
    var cell = Grid.cell(at.r, at.c);
    if (!cell.kept) { cell.kept = {v: cell.v, na: cell.na, n: cell.n, d: cell.d, s: cell.s, a: cell.a}; }
    Object.assign(cell, {
      v: told.edit.text, na: told.edit.na, n: told.edit.note, d: told.edit.document, s: told.edit.source, a: told.edit.as_of
    });
    cell.live = told.state;
    cell.answer = told.answer;
    cell.message = told.answer ? Grid.isOwn(cell) ? question(at, cell) : told.answer.message : "";
    if (told.state === "saved") { settle(at, cell, told); }
    if (Grid.editing && Grid.active.r === at.r && Grid.active.c === at.c) { return Grid.count(); }
    Grid.paint(at.r, at.c);
    announce(at, told);
    if (Grid.onState) { Grid.onState(at, told); }
  });

  function settle(at, cell, told) {
    cell.r = told.answer.revision;
    cell.w = (told.answer.warnings || [])[0] || "";
    cell.kept = null;
    cell.returned = false;
    if (cell.w) {
      cell.live = "";
      return;
    }
    setTimeout(function () {
      if (cell.live !== "saved") { return; }
      cell.live = "";
      if (!(Grid.editing && Grid.active.r === at.r && Grid.active.c === at.c)) { Grid.paint(at.r, at.c); }
    }, STAYS);
  }

  function announce(at, told) {
    if (told.state === "saving") { return; }
    var cell = Grid.cell(at.r, at.c);
    Grid.say([Grid.named(at.r), Grid.columns[at.c].name, Grid.word(cell, told.state), Grid.message(at.r, at.c)].join(" "));
  }

  document.addEventListener("entry:counts", function (event) {
    var net = Grid.home.querySelector("[data-net]"), foot = Grid.home.querySelector("[data-grid-foot]");
    var out = event.detail.signedOut, cut = event.detail.waiting > 0 && !out || navigator.onLine === false;
    foot.classList.toggle("is-offline", cut || out);
    net.hidden = false;
    net.querySelector(".bi").className = "bi " + (cut || out ? "bi-wifi-off" : "bi-wifi");
    net.querySelector("[data-net-words]").textContent = out ? words.signed_out : cut ? words.offline : words.online;
    Grid.home.querySelector("[data-entry-sign-in]").hidden = !out;
    Grid.count();
  });
}());
