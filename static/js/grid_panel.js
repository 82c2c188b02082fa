/* Beside the entry grid: two versions of one value, the note and the reason of NA; how every such panel opens and closes.
   Whatever closes a panel gives what was typed in it, but Escape and Cancel. */
(function () {
  "use strict";
  var Grid = window.Grid, Entry = window.Entry;
  if (!Grid || !Entry) { return; }
  var words = Grid.words, panel = document.querySelector("[data-panel]"), body = panel.querySelector("[data-panel-body]");
  var split = panel.closest(".split"), shown = null;  // {kind, at, onClose, give}

  Grid.openPanel = function (kind, title, note, at, onClose) {  // `give`, where something is typed in it, is set after
    if (shown) { Grid.closePanel(); }
    body.textContent = "";
    body.appendChild(document.querySelector("template[data-for=" + kind + "]").content.cloneNode(true));
    panel.querySelector("[data-panel-title]").textContent = title;
    panel.querySelector("[data-panel-note]").textContent = note;
    panel.hidden = false;
    split.classList.add("has-panel");
    if (Grid.active) { Grid.td(Grid.active.r, Grid.active.c).scrollIntoView({block: "nearest", inline: "nearest"}); }
    shown = {kind: kind, at: at, onClose: onClose};
    body.querySelectorAll("[data-do=cancel]").forEach(function (button) {
      button.addEventListener("click", discard);
    });
    return body;
  };

  Grid.closePanel = function () {  // says whether there was one
    if (!shown) { return false; }
    giveTyped();
    var was = shown, inside = panel.contains(document.activeElement);
    shown = null;
    panel.hidden = true;
    split.classList.remove("has-panel");
    body.textContent = "";
    if (was.onClose) { was.onClose(); }
    if (inside && Grid.active) { Grid.go(Grid.active.r, Grid.active.c); }
    return true;
  };

  function giveTyped() { if (shown && shown.give) { shown.give(); } }

  function discard() {  // as closePanel, but for what was typed
    if (shown) { shown.give = null; }
    return Grid.closePanel();
  }
  Grid.discardPanel = discard;

  panel.addEventListener("keydown", function (event) {
    var form = body.querySelector("form");
    if (event.key === "Escape") { discard(); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  function titleOf(at) { return Grid.named(at.r) + " · " + Grid.columns[at.c].code; }

  function fill(name, facts) {
    Object.keys(facts).forEach(function (part) {
      var node = body.querySelector("[data-" + name + "=" + part + "]");
      if (node) { node.textContent = facts[part] || words.none; }
    });
  }

  /* -- two versions of one value ------------------------------------------------------------------------------------------------ */

  function conflict(at) {
    var cell = Grid.cell(at.r, at.c), place = Grid.place(at.r, at.c), theirs = cell.answer && cell.answer.theirs || {};
    Grid.openPanel("conflict", Grid.word(cell, "conflict"), titleOf(at), at);
    if (Grid.isOwn(cell)) { body.querySelector("[data-their-head]").textContent = words.other_window; }
    body.querySelector("[data-message]").textContent = cell.message || "";
    fill("theirs", {
      text: theirs.na ? words.na : Grid.shown(at.c, theirs.value), note: theirs.note,
      by: [theirs.mine ? words.you_elsewhere : theirs.by, theirs.at ? new Date(theirs.at).toLocaleString(document.documentElement.lang) : ""].join(" ").trim()
    });
    fill("mine", {text: cell.na ? words.na : Grid.shown(at.c, cell.v), note: cell.n});
    name("theirs", Grid.isOwn(cell) ? words.keep_elsewhere : words.keep_theirs, body.querySelector("[data-theirs=text]"));
    name("mine", words.keep_mine, body.querySelector("[data-mine=text]"));
    body.querySelector("[data-do=theirs]").addEventListener("click", function () {
      take(at, {v: theirs.value || "", na: Boolean(theirs.na), n: theirs.note || "", d: theirs.document || "",
        s: theirs.source || "", a: theirs.as_of || "", r: theirs.revision || 0, w: ""});
      Entry.drop(place);
      Grid.closePanel();
    });
    body.querySelector("[data-do=mine]").addEventListener("click", function () {
      Entry.overrule(place);
      Grid.closePanel();
    });
  }

  /* A button says which value it keeps. */
  function name(choice, text, value) {
    body.querySelector("[data-do=" + choice + "]").textContent = Grid.fill(text, {value: value.textContent});
  }

  /* The cell becomes what stands in the portal. */
  function take(at, facts) {
    var cell = Object.assign(Grid.cell(at.r, at.c), facts, {live: "", message: "", answer: null, kept: null});
    if (Grid.columns[at.c].type === "yesno" && cell.v) { cell.v = /^(1|true)$/.test(cell.v) ? "true" : "false"; }
    Grid.paint(at.r, at.c);
  }
  Grid.take = take;

  /* -- note, reason, document number ----------------------------------------------------------------------------------------------- */

  function note(at) {
    var cell = Grid.cell(at.r, at.c), message = Grid.message(at.r, at.c);
    Grid.openPanel("note", titleOf(at), Grid.columns[at.c].name, at);
    var said = body.querySelector("[data-message]");
    said.hidden = !message;
    said.textContent = message;
    said.classList.toggle("c-stop", Boolean(cell.live && cell.message));
    var fields = {};
    body.querySelectorAll("[data-field]").forEach(function (field) { fields[field.dataset.field] = field; });
    fields.note.value = cell.n || "";
    fields.document.value = cell.d || "";
    fields.na.checked = Boolean(cell.na);
    shown.give = giver(at, fields);
    body.querySelector("form").addEventListener("submit", function (event) {
      event.preventDefault();
      Grid.closePanel();
    });
    fields.note.focus();
  }

  /* Gives what the fields hold where it is something else than they held before. */
  function giver(at, fields) {
    function held() {
      return {note: fields.note.value.trim(), document: fields.document.value.trim(), na: fields.na.checked};
    }
    var before = JSON.stringify(held());
    return function () {
      var typed = held(), now = JSON.stringify(typed);
      if (now === before) { return; }
      before = now;
      Grid.give(at.r, at.c, Object.assign(typed, {text: typed.na ? "" : Grid.cell(at.r, at.c).v || ""}));
    };
  }

  /* A value that was refused or locked: back to what stands in the portal. */
  function undo(at) {
    var cell = Grid.cell(at.r, at.c);
    if (cell.live !== "refused" && cell.live !== "locked") { return false; }
    Entry.drop(Grid.place(at.r, at.c));
    take(at, cell.kept || {v: ""});
    Grid.say(words.states.locked === cell.live ? "" : Grid.shown(at.c, cell.v) || words.none);
    return true;
  }

  function open(at) {
    if (Grid.state(at.r, at.c) === "conflict") { return conflict(at); }
    if (Grid.open(at.r, at.c)) { note(at); }
  }

  Grid.refreshPanel = function (at, told) {
    var active = Grid.active && Grid.active.r === at.r && Grid.active.c === at.c;
    if (told.state === "conflict" && active && !isBusy()) { return conflict(at); }
    if (shown && shown.kind === "conflict" && shown.at.r === at.r && shown.at.c === at.c) { Grid.closePanel(); }
  };

  /* A pasted block is being looked at, or a note is being typed: once that is given, the conflict comes again with it. */
  function isBusy() { return Boolean(shown && (shown.kind === "paste" || shown.kind === "note")); }

  Grid.onActive(function (r, c) {
    if (shown && shown.kind === "paste") { return; }
    if (Grid.state(r, c) === "conflict") { return conflict({r: r, c: c}); }
    Grid.closePanel();
  });

  Grid.table.addEventListener("keydown", function (event) {
    if (Grid.editing || !Grid.active) { return; }
    if (event.key === "F2" && event.shiftKey) {
      event.preventDefault();
      open(Grid.active);
      var first = panel.querySelector("textarea, button");
      if (shown && first) { first.focus(); }
    }
    if (event.key === "Escape" && undo(Grid.active)) { event.stopImmediatePropagation(); }
  }, true);

  document.addEventListener("entry:flush", giveTyped);
  document.querySelector("[data-grid-note]").addEventListener("click", function () {
    if (Grid.active) { open(Grid.active); }
  });
}());
