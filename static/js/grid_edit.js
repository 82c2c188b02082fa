/* Editing a cell of the entry grid: typing starts it, a choice has a small list, Delete clears, F2 changes. */
(function () {
  "use strict";
  var Grid = window.Grid, Entry = window.Entry;
  if (!Grid || !Entry) { return; }
  var wrap = Grid.table.closest(".grid-wrap");
  var words = Grid.words, open = null;  // {r, c, input or list, typing}
  var ARROWS = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};

  /* Hand one value over: what changes, on top of the cell's full state. Another value keeps its source, not the day
     that the old one was of: it is of the day it is entered. */
  Grid.give = function (r, c, change) {
    var cell = Grid.cell(r, c), column = Grid.columns[c];
    var edit = Object.assign({
      branch: Grid.rows[r].code, criterion: column.code, period: column.period, text: cell.v || "", na: Boolean(cell.na),
      note: cell.n || "", document: cell.d || "", source: cell.s || column.source || "", way: "typed", revision: cell.r || 0
    }, change);
    var same = edit.text === (cell.v || "") && edit.na === Boolean(cell.na);
    if (!("as_of" in change)) { edit.as_of = same && cell.a || null; }
    Grid.record(r, c, edit);
    Entry.give(edit);
  };

  function plainText(text) { return text.normalize("NFKC").replace(/\s+/g, ""); }

  function put(r, c, text) {
    var cell = Grid.cell(r, c), typed = Grid.columns[c].type === "choice" ? text.trim() : plainText(text);
    if (typed === (cell.v || "") && !cell.na && !(cell.p && !cell.v && typed)) { return; }
    if (!typed && !cell.v && !cell.na) { return; }
    var way = !cell.v && cell.p === typed ? "kept" : "typed";
    Grid.give(r, c, {text: typed, na: false, note: cell.na ? "" : cell.n || "", way: way});
  }
  Grid.put = put;

  /* -- the editor ----------------------------------------------------------------------------------------------------- */

  function begin(r, c, typed) {
    if (!Grid.open(r, c)) { return closed(r, c); }
    var type = Grid.columns[c].type;
    if (type === "choice" || type === "yesno") { return beginList(r, c); }
    var td = Grid.td(r, c), cell = Grid.cell(r, c), input = document.createElement("input");
    input.className = "cell__input";
    input.setAttribute("inputmode", type === "count" ? "numeric" : "decimal");
    input.setAttribute("autocomplete", "off");
    input.setAttribute("aria-label", Grid.named(r) + " " + Grid.columns[c].name);
    input.maxLength = 60;
    input.value = typed === null ? cell.v || cell.p || "" : typed;
    over(input, td);
    open = {r: r, c: c, input: input, typing: typed !== null};
    Grid.editing = true;
    input.focus({preventScroll: true});
    if (typed === null) { input.select(); }
    input.addEventListener("keydown", keyInEditor);
    input.addEventListener("blur", function () { Grid.commit(); });
  }
  Grid.begin = begin;

  /* The editor lies over its cell, not in it: a table of thousands of cells isn't laid out anew for a key. */
  function over(input, td) {
    var box = {left: td.offsetLeft, top: td.offsetTop, width: td.offsetWidth, height: td.offsetHeight};
    Object.keys(box).forEach(function (side) { input.style[side] = box[side] + "px"; });
    wrap.appendChild(input);
  }

  function closed(r, c) {
    var why = Grid.message(r, c) || Grid.columns[c].hint;
    if (why) { Grid.say(why); }
  }

  function end() {
    var was = open;
    open = null;
    Grid.editing = false;
    if (was.input) { was.input.remove(); } else { was.list.remove(); }
    return was;
  }

  Grid.commit = function () {
    if (!open) { return; }
    if (open.list) { return cancel(); }
    var value = open.input.value, was = end();
    put(was.r, was.c, value);
    Grid.paint(was.r, was.c);
  };

  function cancel() {
    if (!open) { return; }
    var was = end();
    Grid.paint(was.r, was.c);
    Grid.td(was.r, was.c).focus({preventScroll: true});
  }

  function keyInEditor(event) {
    if (event.isComposing) { return; }
    var r = open.r, c = open.c;
    if (event.key === "Escape") { cancel(); } else if (event.key === "Enter") {
      Grid.commit();
      Grid.go(event.shiftKey ? r - 1 : r + 1, c);
      if (Grid.phone.matches && r + 1 < Grid.rows.length && Grid.open(r + 1, c)) { begin(r + 1, c, null); }
    } else if (event.key === "Tab") {
      Grid.commit();
      if (!Grid.step(event.shiftKey ? -1 : 1)) { Grid.go(r, c); }
    } else if (ARROWS[event.key] && (open.typing || !ARROWS[event.key][1])) {  // after F2, ← and → move within the text
      Grid.commit();
      Grid.go(r + ARROWS[event.key][0], c + ARROWS[event.key][1]);
    } else { return event.stopPropagation(); }
    event.preventDefault();
    event.stopPropagation();
  }

  /* -- a choice ------------------------------------------------------------------------------------------------------- */

  function optionsOf(c) {
    var column = Grid.columns[c];
    return column.type === "yesno" ? [["true", words.yes], ["false", words.no]] : column.options;
  }

  /* The option a key stands for: its code's first letter, yes and no by their own, else its number in the list. */
  function optionFor(c, event) {
    var options = optionsOf(c), key = event.key.toUpperCase();
    if (event.key === "Process" && /^Key[A-Z]$/.test(event.code)) { key = event.code.slice(3); }  // an input method is on
    if (Grid.columns[c].type === "yesno") {
      return /^[Y1是✓]$/.test(key) ? "true" : /^[N0否]$/.test(key) ? "false" : null;
    }
    var fits = options.filter(function (pair) { return pair[0].toUpperCase().indexOf(key) === 0; });
    if (fits.length === 1) { return fits[0][0]; }
    return /^[1-9]$/.test(key) && options[key - 1] ? options[key - 1][0] : null;
  }

  function beginList(r, c) {
    var td = Grid.td(r, c), cell = Grid.cell(r, c), list = document.createElement("ul");
    list.className = "cell__list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", Grid.named(r) + " " + Grid.columns[c].name);
    list.tabIndex = -1;
    optionsOf(c).forEach(function (pair, place) {
      var item = document.createElement("li");
      item.id = "cell-option-" + place;
      item.setAttribute("role", "option");
      item.textContent = Grid.shown(c, pair[0]);
      item.dataset.code = pair[0];
      list.appendChild(item);
    });
    wrap.appendChild(list);
    open = {r: r, c: c, list: list};
    Grid.editing = true;
    point(Math.max(0, optionsOf(c).findIndex(function (pair) { return pair[0] === (cell.v || cell.p); })));
    fit(list, td);
    list.focus({preventScroll: true});
    list.addEventListener("keydown", keyInList);
    list.addEventListener("mousedown", function (event) {
      event.preventDefault();
      event.stopPropagation();
      var item = event.target.closest("[role=option]");
      if (item) { choose(item.dataset.code); }
    });
    list.addEventListener("blur", cancel);
  }

  function fit(list, td) {  // beside its cell, inside the window
    var box = td.getBoundingClientRect(), below = window.innerHeight - box.bottom;
    list.style.left = Math.max(4, Math.min(box.left, window.innerWidth - list.offsetWidth - 4)) + "px";
    list.style.top = (below > list.offsetHeight || below > box.top ? box.bottom : box.top - list.offsetHeight) + "px";
  }

  function point(place) {
    Array.from(open.list.children).forEach(function (item, index) {
      item.setAttribute("aria-selected", String(index === place));
    });
    open.list.setAttribute("aria-activedescendant", "cell-option-" + place);
    open.at = place;
  }

  function choose(code) {
    var was = open;
    open.list.removeEventListener("blur", cancel);
    end();
    put(was.r, was.c, code);
    Grid.paint(was.r, was.c);
    Grid.td(was.r, was.c).focus({preventScroll: true});
  }

  function keyInList(event) {
    var items = open.list.children, r = open.r, c = open.c;
    event.stopPropagation();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      point((open.at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length);
    } else if (event.key === "Enter" || event.key === "Tab" || event.key === " ") {
      choose(items[open.at].dataset.code);
      if (event.key === "Enter") { Grid.go(r + 1, c); }
      if (event.key === "Tab") { Grid.step(event.shiftKey ? -1 : 1); }
    } else if (event.key === "Escape") { cancel(); } else {
      var code = optionFor(c, event);
      if (code === null) { return; }
      choose(code);
    }
    event.preventDefault();
  }

  /* -- what starts it --------------------------------------------------------------------------------------------------- */

  function type(event, r, c) {
    var column = Grid.columns[c], chosen = column.type === "choice" || column.type === "yesno";
    if (!Grid.open(r, c)) { return closed(r, c); }
    if (!chosen) { return begin(r, c, ""); }  // the key's own character lands in the editor
    event.preventDefault();
    var code = optionFor(c, event);
    if (code === null) { beginList(r, c); } else { put(r, c, code); }
  }

  Grid.table.addEventListener("keydown", function (event) {
    if (Grid.editing || !Grid.active || event.altKey || !Grid.where(event.target)) { return; }
    var r = Grid.active.r, c = Grid.active.c;
    if (event.key === "F2" && !event.shiftKey) {
      event.preventDefault();
      begin(r, c, null);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      Grid.clear();
    } else if (!event.ctrlKey && !event.metaKey && (event.key.length === 1 || event.key === "Process")) {
      if (event.key === " ") { event.preventDefault(); begin(r, c, null); } else { type(event, r, c); }
    }
  });
  Grid.table.addEventListener("dblclick", function (event) {
    var at = Grid.where(event.target);
    if (at && !Grid.editing) { begin(at.r, at.c, null); }
  });
  Grid.table.addEventListener("click", function (event) {
    var at = Grid.where(event.target);
    if (at && Grid.phone.matches && !Grid.editing && event.target.closest("td")) { begin(at.r, at.c, null); }
  });
  document.addEventListener("entry:flush", function () { Grid.commit(); });
  wrap.addEventListener("scroll", function () { if (open && open.list) { cancel(); } });
}());
