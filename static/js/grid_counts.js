/* What is missing and what is on its way: counted once, told to the foot, rows, townships, chips and the page's button. */
(function () {
  "use strict";
  var Grid = window.Grid;
  if (!Grid) { return; }
  var words = Grid.words, SOON = 60, counting = false;
  var PENDING = {saving: true, waiting: true, refused: true, conflict: true};

  /* Is it asked for, and not there? What the portal refused isn't there either. */
  Grid.lacks = function (r, c) {
    var cell = Grid.cell(r, c), kept = (cell.live === "refused" || cell.live === "locked") && cell.kept || cell;
    return Grid.columns[c].counts && !kept.v && !kept.na;
  };

  function keyOf(column) { return Grid.star ? column.star : column.code; }

  function countNow() {
    var found = {states: {saved: 0, missing: 0}, rows: Grid.rows.map(function () { return 0; }), keys: {}};
    counting = false;
    Grid.columns.forEach(function (column, c) {
      if (!column.mine) { return; }
      found.keys[keyOf(column)] = found.keys[keyOf(column)] || 0;
      Grid.rows.forEach(function (row, r) { add(found, column, r, c); });
    });
    tellStates(found.states);
    found.rows.forEach(tellRow);
    tellTowns(found.rows);
    tellChips(found);
  }

  function add(found, column, r, c) {
    var state = Grid.state(r, c), cell = Grid.cell(r, c);
    if (Grid.lacks(r, c)) {
      found.states.missing += 1;
      found.rows[r] += 1;
      found.keys[keyOf(column)] += 1;
    }
    if (state === "locked") { state = "refused"; }
    if ((cell.v || cell.na) && !PENDING[state]) { found.states.saved += 1; }
    if (state === "saved" || state === "missing" || state === "prefilled" && cell.x) { return; }
    found.states[state] = (found.states[state] || 0) + 1;
  }

  function put(node, text) { if (node && node.textContent !== text) { node.textContent = text; } }

  function said(count) { return count ? Grid.fill(words.lacks, {n: count}) : words.complete; }

  function tellStates(states) {
    Grid.home.querySelectorAll("[data-count]").forEach(function (node) {
      put(node, String(states[node.dataset.count] || 0));
      var holder = node.closest("[data-jump], [data-keep]");
      if (holder) { holder.hidden = !states[node.dataset.count]; }
    });
  }

  function tellRow(count, r) {
    var node = Grid.line(r).querySelector("[data-lacks]");
    put(node, said(count));
    node.classList.toggle("c-gap", count > 0);
    put(Grid.line(r).querySelector("[data-row-lacks]"), count ? String(count) : "");
  }

  function tellTowns(rows) {
    Grid.table.querySelectorAll("[data-town-lacks]").forEach(function (node) {
      var body = node.closest("tbody");
      put(node, said(rows.reduce(function (sum, count, r) {
        return sum + (Grid.line(r).parentNode === body ? count : 0);
      }, 0)));
    });
  }

  /* The other stars' counts are the page's; this one's, and the sum of all, follow the cells. */
  function tellChips(found) {
    var lacking = Object.assign({}, Grid.lacking, found.keys);
    if ("all" in lacking) {
      lacking.all = Object.keys(lacking).reduce(function (sum, key) { return sum + (key === "all" ? 0 : lacking[key]); }, 0);
    }
    document.querySelectorAll("[data-chip]").forEach(function (node) {
      var count = lacking[node.dataset.chip];
      if (node.tagName !== "OPTION") { return put(node, said(count)); }
      put(node, node.dataset.label + (count ? " (" + said(count) + ")" : ""));
    });
    put(document.querySelector("[data-submit]"), lacking.all ? Grid.fill(words.submit_lacking, {n: lacking.all}) : words.submit);
  }

  Grid.count = function () {
    if (counting) { return; }
    counting = true;
    setTimeout(countNow, SOON);
  };

  function jump(wanted) {
    function fits(r, c) {
      var state = Grid.state(r, c);
      return Grid.columns[c].mine && (state === wanted || wanted === "refused" && state === "locked")
        && !(state === "prefilled" && Grid.cell(r, c).x);
    }
    if (wanted !== "missing") { return Grid.next(fits); }
    return Grid.next(function (r, c) { return Grid.lacks(r, c) && Grid.open(r, c); }) || Grid.next(Grid.lacks);
  }

  Grid.home.querySelectorAll("[data-jump]").forEach(function (button) {
    button.addEventListener("click", function () { jump(button.dataset.jump); });
  });
  countNow();
}());
