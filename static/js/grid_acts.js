/* What is done to many cells at once (clear, fill down, keep last year's), what it asks first, and undoing the last of it.

   Undoing gives what stood before through the queue, like anything typed: on top of the revision this page knows, so a
   value that somebody else changed meanwhile becomes a conflict. */
(function () {
  "use strict";
  var Grid = window.Grid, Entry = window.Entry;
  if (!Grid || !Entry) { return; }
  var words = Grid.words, ASKS = 20, KEPT = 100, done = [], current = null, undoing = false;
  var dialog = document.querySelector("[data-ask]"), button = Grid.home.querySelector("[data-undo]");

  /* -- what was done ------------------------------------------------------------------------------------------------- */

  function facts(cell) {
    return {v: cell.v || "", na: Boolean(cell.na), n: cell.n || "", d: cell.d || "", s: cell.s || "", a: cell.a || ""};
  }

  function stopped(cell) { return cell.live === "refused" || cell.live === "locked"; }

  /* Everything given within `work` is one action. */
  Grid.act = function (kind, work) {
    current = {kind: kind, cells: []};
    work();
    keep(current);
    current = null;
  };

  Grid.record = function (r, c, edit) {
    if (undoing) { return; }
    var cell = Grid.cell(r, c), before = facts(stopped(cell) && cell.kept || cell);
    var after = facts({v: edit.text, na: edit.na, n: edit.note, d: edit.document, s: edit.source, a: edit.as_of});
    var one = {r: r, c: c, before: before, after: after};
    if (current) { current.cells.push(one); } else { keep({kind: "typed", cells: [one]}); }
  };

  function keep(action) {
    if (action.cells.length) { done.push(action); }
    if (done.length > KEPT) { done.shift(); }
    tell();
  }

  function tell() {
    var last = done[done.length - 1];
    button.hidden = !last;
    if (last) { button.querySelector("[data-undo-words]").textContent = Grid.fill(words.undo[last.kind], {count: last.cells.length}); }
  }

  /* -- undone --------------------------------------------------------------------------------------------------------- */

  function undo() {
    var last = done.pop();
    if (!last) { return Grid.say(words.undo_nothing); }
    undoing = true;
    var back = last.cells.filter(giveBack).length, first = last.cells[0];
    undoing = false;
    if (Grid.phone.matches && Grid.showColumn) { Grid.showColumn(first.c); }
    Grid.go(first.r, first.c);
    tell();
    Grid.say(Grid.fill(back < last.cells.length ? words.undone_some : words.undone, {
      count: back, left: last.cells.length - back
    }));
  }

  /* Only where the cell still holds what the action gave: what came after it, from whomever, stays. */
  function giveBack(one) {
    var cell = Grid.cell(one.r, one.c), before = one.before, now = facts(cell);
    var same = Object.keys(now).every(function (part) { return now[part] === one.after[part]; });
    if (!same || !Grid.open(one.r, one.c) || cell.live === "conflict") { return false; }
    if (stopped(cell)) {
      Entry.drop(Grid.place(one.r, one.c));
      Grid.take(one, cell.kept || before);
    } else {
      Grid.give(one.r, one.c, {
        text: before.v, na: before.na, note: before.n, document: before.d, source: before.s, as_of: before.a || null,
        way: before.v && before.v === cell.p ? "kept" : "typed"
      });
    }
    return true;
  }

  /* -- asked first ------------------------------------------------------------------------------------------------------ */

  function sure(kind, count, work) {
    if (!count) { return Grid.say(words.nothing_to_do); }
    if (count <= ASKS) { return work(); }
    dialog.querySelector("[data-ask-title]").textContent = Grid.fill(words.asks[kind], {count: count});
    var yes = dialog.querySelector("[data-do=yes]");
    yes.textContent = Grid.fill(words.does[kind], {count: count});
    yes.onclick = function () {
      dialog.close();
      work();
    };
    dialog.showModal();
    dialog.querySelector("[data-do=no]").focus();
  }

  dialog.querySelector("[data-do=no]").addEventListener("click", function () { dialog.close(); });
  dialog.addEventListener("close", function () { Grid.td(Grid.active.r, Grid.active.c).focus({preventScroll: true}); });

  /* -- the actions ------------------------------------------------------------------------------------------------------- */

  Grid.clear = function () {
    var cells = [];
    Grid.each(Grid.block(), function (td, r, c) {
      if (Grid.open(r, c) && (Grid.cell(r, c).v || Grid.cell(r, c).na)) { cells.push({r: r, c: c}); }
    });
    sure("cleared", cells.length, function () {
      Grid.act("cleared", function () {
        cells.forEach(function (at) { Grid.give(at.r, at.c, {text: "", na: false}); });
      });
    });
  };

  /* The first row of the block into the rows below it; a block of one row takes the row above. */
  function fillDown() {
    var block = Grid.block(), from = block.top === block.bottom ? block.top - 1 : block.top, cells = [];
    if (from < 0) { return Grid.say(words.nothing_to_do); }
    Grid.each(Object.assign(block, {top: from + 1}), function (td, r, c) {
      var cell = Grid.cell(r, c), source = Grid.cell(from, c);
      if (!Grid.open(r, c) || stopped(source) || !source.v && !source.na) { return; }
      if ((cell.v || "") !== (source.v || "") || Boolean(cell.na) !== Boolean(source.na)) { cells.push({r: r, c: c}); }
    });
    sure("filled", cells.length, function () {
      Grid.act("filled", function () { cells.forEach(function (at) { copy(from, at); }); });
    });
  }

  function copy(from, at) {
    var source = Grid.cell(from, at.c);
    if (!source.na) { return Grid.put(at.r, at.c, source.v); }
    Grid.give(at.r, at.c, {text: "", na: true, note: source.n || ""});
  }

  function keepLastYears() {
    Grid.act("kept", function () {
      Grid.columns.forEach(function (column, c) {
        Grid.rows.forEach(function (row, r) {
          if (column.mine && Grid.open(r, c) && Grid.state(r, c) === "prefilled") {
            Grid.give(r, c, {text: Grid.cell(r, c).p, way: "kept"});
          }
        });
      });
    });
    Grid.focusAgain();  // the button is about to go
  }

  /* -- what starts them --------------------------------------------------------------------------------------------------- */

  function letter(event) { return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase(); }

  Grid.table.addEventListener("keydown", function (event) {
    if (Grid.editing || !Grid.active || letter(event) !== "d") { return; }
    event.preventDefault();
    fillDown();
  });
  document.addEventListener("keydown", function (event) {
    if (Grid.editing || dialog.open || letter(event) !== "z" || event.target.closest("input,textarea,select")) { return; }
    event.preventDefault();
    undo();
  });
  button.addEventListener("click", undo);
  Grid.home.querySelector("[data-keep]").addEventListener("click", keepLastYears);
}());
