/* The entry grid's model and its keys for moving: window.Grid. Editing, painting, panels and pasting are files beside it.
   Rows and columns count from 0, without the heads. The cell that is active is the only one in the tab order. */
(function () {
  "use strict";
  var home = document.querySelector("[data-grid]");
  if (!home) { return; }
  var table = home.querySelector("[data-grid-table]");
  var data = JSON.parse(document.getElementById("grid-data").textContent);
  var words = JSON.parse(document.getElementById("entry-words").textContent);
  var PAGE = 10;
  var lines = Array.from(table.querySelectorAll("tr[data-line]")), heads = Array.from(table.tHead.rows[0].cells);
  var places = {}, listeners = [];
  var phone = window.matchMedia("(max-width: 767.98px)");

  var Grid = window.Grid = {
    home: home, table: table, columns: data.columns, rows: data.rows, cells: data.cells, star: data.star, words: words,
    lacking: data.lacking, phone: phone, active: null, anchor: null, editing: false
  };

  Grid.td = function (r, c) { return lines[r].cells[c + 1]; };
  Grid.line = function (r) { return lines[r]; };
  Grid.head = function (c) { return heads[c + 1]; };
  Grid.cell = function (r, c) { return data.cells[r][c]; };
  Grid.named = function (r) { return (data.rows[r].town ? data.rows[r].town + " · " : "") + data.rows[r].name; };
  Grid.place = function (r, c) {
    return data.rows[r].code + "|" + data.columns[c].code + "|" + data.columns[c].period;
  };
  Grid.find = function (place) { return places[place] || null; };
  Grid.open = function (r, c) { return data.columns[c].mine && !Grid.cell(r, c).x; };
  Grid.fill = function (text, values) {
    return text.replace(/%\((\w+)\)s/g, function (all, name) { return name in values ? values[name] : all; });
  };
  Grid.onActive = function (listener) { listeners.push(listener); };
  Grid.where = function (node) {
    var td = node.closest && node.closest("td,th");
    if (!td || !td.parentNode.hasAttribute("data-line")) { return null; }
    return {r: lines.indexOf(td.parentNode), c: Math.max(0, Math.min(td.cellIndex - 1, data.columns.length - 1))};
  };

  data.columns.forEach(function (column, c) {
    if (!column.mine) { return; }
    data.rows.forEach(function (row, r) {
      var cell = Grid.cell(r, c);
      places[Grid.place(r, c)] = {r: r, c: c};
      cell.returned = cell.st === "returned";
      if (window.Entry) { window.Entry.know(Grid.place(r, c), cell.r || 0); }
    });
  });

  /* -- which cells are chosen -------------------------------------------------------------------------------------- */

  Grid.block = function () {
    var a = Grid.active, b = Grid.anchor || Grid.active;
    return {
      top: Math.min(a.r, b.r), bottom: Math.max(a.r, b.r), left: Math.min(a.c, b.c), right: Math.max(a.c, b.c)
    };
  };

  function each(block, act) {
    for (var r = block.top; r <= block.bottom; r += 1) {
      for (var c = block.left; c <= block.right; c += 1) { act(Grid.td(r, c), r, c); }
    }
  }
  Grid.each = each;

  function mark(on) {
    if (!Grid.active) { return; }
    var td = Grid.td(Grid.active.r, Grid.active.c), head = Grid.head(Grid.active.c);
    td.classList.toggle("is-active", on);
    td.tabIndex = on ? 0 : -1;
    if (head) { head.classList.toggle("is-col-now", on); }
    each(Grid.block(), function (cell) {
      cell.classList.toggle("is-selected", on && Boolean(Grid.anchor));
      if (on) { cell.setAttribute("aria-selected", "true"); } else { cell.removeAttribute("aria-selected"); }
    });
  }

  Grid.go = function (r, c, extend) {
    r = Math.max(0, Math.min(r, data.rows.length - 1));
    c = Math.max(0, Math.min(c, data.columns.length - 1));
    mark(false);
    Grid.anchor = extend ? Grid.anchor || Grid.active : null;
    Grid.active = {r: r, c: c};
    mark(true);
    var td = Grid.td(r, c);
    td.focus({preventScroll: true});
    td.scrollIntoView({block: "nearest", inline: "nearest"});
    listeners.forEach(function (listener) { listener(r, c); });
  };

  /* The keyboard is the table's again. */
  Grid.focusAgain = function () {
    var at = Grid.active || {r: 0, c: 0};
    if (Grid.active) { Grid.td(at.r, at.c).focus({preventScroll: true}); } else { Grid.go(at.r, at.c); }
  };

  function chooseAll() {
    mark(false);
    Grid.anchor = {r: data.rows.length - 1, c: data.columns.length - 1};
    Grid.go(0, 0, true);
  }

  /* The next open cell of the row, or of the rows after (before) it; false at the end of the table. */
  Grid.step = function (by) {
    var count = data.columns.length, at = Grid.active.r * count + Grid.active.c + by;
    for (; at >= 0 && at < data.rows.length * count; at += by) {
      if (Grid.open(Math.floor(at / count), at % count)) {
        Grid.go(Math.floor(at / count), at % count);
        return true;
      }
    }
    return false;
  };

  /* The next cell after the active one that `fits`, from the top again after the last. */
  Grid.next = function (fits) {
    var count = data.columns.length, all = data.rows.length * count;
    var from = Grid.active ? Grid.active.r * count + Grid.active.c : all - 1;
    for (var step = 1; step <= all; step += 1) {
      var at = (from + step) % all;
      if (fits(Math.floor(at / count), at % count)) {
        if (phone.matches && Grid.showColumn) { Grid.showColumn(at % count); }
        Grid.go(Math.floor(at / count), at % count);
        return true;
      }
    }
    return false;
  };

  /* -- keys and the mouse ------------------------------------------------------------------------------------------- */

  function edge(event, r, c) {
    var last = data.columns.length - 1, bottom = data.rows.length - 1;
    var far = event.ctrlKey || event.metaKey;
    return {
      ArrowUp: [far ? 0 : r - 1, c], ArrowDown: [far ? bottom : r + 1, c],
      ArrowLeft: [r, far ? 0 : c - 1], ArrowRight: [r, far ? last : c + 1],
      Home: [far ? 0 : r, 0], End: [far ? bottom : r, last], PageUp: [r - PAGE, c], PageDown: [r + PAGE, c],
      Enter: [event.shiftKey ? r - 1 : r + 1, c]
    }[event.key];
  }

  table.addEventListener("keydown", function (event) {
    if (Grid.editing || !Grid.active || event.altKey || !Grid.where(event.target)) { return; }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      event.preventDefault();
      return chooseAll();
    }
    var to = edge(event, Grid.active.r, Grid.active.c);
    if (to) {
      event.preventDefault();
      return Grid.go(to[0], to[1], event.shiftKey && event.key !== "Enter");
    }
    if (event.key === "Tab" && Grid.step(event.shiftKey ? -1 : 1)) { event.preventDefault(); }
    if (event.key === "Escape") {
      if (Grid.anchor) { return Grid.go(Grid.active.r, Grid.active.c); }
      if (!Grid.discardPanel || !Grid.discardPanel()) { leave(); }
    }
  });

  function leave() {  // the way out of the table for who has no mouse
    var out = home.querySelector("[data-grid-foot] button:not([hidden])") || document.querySelector("[data-grid-note]");
    if (out) { out.focus(); }
  }

  table.addEventListener("focusin", function (event) {
    var at = Grid.where(event.target);
    if (!at || Grid.editing || event.target.tagName === "A") { return; }
    if (!Grid.active || Grid.active.r !== at.r || Grid.active.c !== at.c) { Grid.go(at.r, at.c); }
  });

  table.addEventListener("mousedown", function (event) {
    var at = Grid.where(event.target);
    if (!at || event.button !== 0 || event.target.closest("a,input,[role=listbox]")) { return; }
    event.preventDefault();
    if (Grid.commit) { Grid.commit(); }
    Grid.go(at.r, at.c, event.shiftKey);
    var drag = function (over) {
      if (over.clientX === event.clientX && over.clientY === event.clientY) { return; }  // the table moved, not the hand
      var to = Grid.where(over.target);
      if (to && (to.r !== Grid.active.r || to.c !== Grid.active.c)) { Grid.go(to.r, to.c, true); }
    };
    table.addEventListener("mouseover", drag);
    document.addEventListener("mouseup", function () { table.removeEventListener("mouseover", drag); }, {once: true});
  });

  document.querySelectorAll("[data-submits]").forEach(function (select) {
    select.addEventListener("change", function () { select.form.submit(); });
  });
  document.addEventListener("DOMContentLoaded", function () {  // one begins to type at once, where something lacks
    if (phone.matches || document.activeElement !== document.body) { return; }
    if (Grid.next(function (r, c) { return Grid.lacks(r, c) && Grid.open(r, c); }) || Grid.next(Grid.open)) { return; }
    Grid.go(0, 0);
  });
  home.classList.add("is-live");
  Grid.td(0, 0).tabIndex = 0;
}());
