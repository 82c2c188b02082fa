/* Above the entry grid: what the active cell is about, its rule, last year, its points as the values stand now.
   On a phone: which one criterion is shown. */
(function () {
  "use strict";
  var Grid = window.Grid;
  if (!Grid) { return; }
  var words = Grid.words, SOON = 250, points = {}, timer = 0, asking = false, wanted = {};

  function put(name, text) {
    Grid.home.querySelectorAll("[data-bar=" + name + "]").forEach(function (node) { node.textContent = text; });
  }

  function show(r, c) {
    var row = Grid.rows[r], column = Grid.columns[c], cell = Grid.cell(r, c);
    put("branch", Grid.named(r));
    put("criterion", column.code + " " + column.name + (column.unit ? " (" + column.unit + ")" : ""));
    put("rule", column.rule);
    put("last", cell.l || "–");
    tellHint(r, c);
    var form = Grid.home.querySelector("[data-bar=form]");
    form.hidden = !row.url;
    form.href = row.url || "";
    var note = Grid.home.querySelector("[data-grid-note]");
    note.disabled = !Grid.open(r, c);
    note.classList.toggle("is-wanted", Grid.state(r, c) === "warned");
    showPoints(r, c);
    if (!points[row.code]) { ask(row.code); }
  }

  function tellHint(r, c) {
    var cell = Grid.cell(r, c), column = Grid.columns[c], message = Grid.message(r, c), row = Grid.rows[r];
    var hints = [column.type === "choice" ? Grid.shown(c, cell.v || cell.p) : "", cell.n, message ? "" : column.households && row.households
      ? Grid.fill(words.households, {count: row.households}) : "", column.hint];
    put("hint", message || hints.filter(Boolean).join(" · "));
    put("message", message);
    var stops = Boolean(cell.live && cell.message);
    Grid.home.querySelectorAll("[data-bar=hint], [data-bar=message]").forEach(function (node) {
      node.parentNode.classList.toggle("is-told", Boolean(message));  // it takes the place of the rule
      node.classList.toggle("c-stop", stops);
      node.classList.toggle("c-gap", Boolean(message && !stops));
    });
  }

  /* -- points ------------------------------------------------------------------------------------------------------------ */

  function showPoints(r, c) {
    var known = points[Grid.rows[r].code], column = Grid.columns[c];
    var mine = known && known.criteria[column.code], star = known && known.stars[starOf(column)];
    put("points", mine && mine.points !== null ? Grid.fill(words.points, mine) : "–");
    put("gap", !star || !star.score ? "–" : star.gap.charAt(0) === "-"
      ? Grid.fill(words.short, {gap: star.gap.slice(1)}) : Grid.fill(words.over, {gap: star.gap}));
    Grid.home.querySelectorAll("[data-bar=gap]").forEach(function (node) {
      node.classList.toggle("c-ok", Boolean(star && star.score && star.gap.charAt(0) !== "-"));
      node.classList.toggle("c-gap", Boolean(star && star.gap.charAt(0) === "-"));
    });
    if (star && Grid.star && Grid.star !== "all") { showScore(r, star); }
  }

  function starOf(column) { return Grid.star && Grid.star !== "all" ? Grid.star : column.star; }

  function showScore(r, star) {
    var cell = Grid.line(r).querySelector(".score-col"), mark = cell.querySelector(".star");
    if (!mark) { return; }
    mark.className = "star is-" + star.state;
    mark.querySelector(".star__score").textContent = star.score;
    mark.querySelector(".visually-hidden").textContent = star.word + " ";
    var glyph = mark.querySelector(".bi");
    if (glyph) { glyph.className = "bi " + (star.state === "earned" ? "bi-star-fill" : "bi-star"); }
    var note = cell.querySelector(".star__note");
    if (note) { note.textContent = star.state === "near" ? Grid.fill(words.short, {gap: star.gap.slice(1)}) : ""; }
  }

  /* Ask for a branch's points once the hand rests, one branch at a time: the active one first. */
  function ask(code) {
    wanted[code] = true;
    clearTimeout(timer);
    timer = setTimeout(fetchNext, SOON);
  }

  function fetchNext() {
    var active = Grid.active && Grid.rows[Grid.active.r].code;
    var code = wanted[active] ? active : Object.keys(wanted)[0];
    if (!code || asking || !Grid.home.dataset.points || navigator.onLine === false) { return; }
    asking = true;
    delete wanted[code];
    fetch(Grid.home.dataset.points + "?branch=" + code, {credentials: "same-origin"}).then(function (response) {
      return response.ok ? response.json() : null;
    }).then(function (said) { if (said) { hear(code, said); } }).catch(function () {}).then(function () {
      asking = false;
      fetchNext();
    });
  }

  function hear(code, said) {
    var r = Grid.rows.findIndex(function (row) { return row.code === code; });
    if (!wanted[code]) { points[code] = said; }
    if (Grid.active && Grid.active.r === r) { showPoints(r, Grid.active.c); }
    if (said.stars[Grid.star]) { showScore(r, said.stars[Grid.star]); }
  }

  Grid.onActive(show);
  Grid.onState = function (at, told) {
    if (told.state === "saved") {
      delete points[Grid.rows[at.r].code];
      ask(Grid.rows[at.r].code);
    }
    if (Grid.active && Grid.active.r === at.r && Grid.active.c === at.c) { tellHint(at.r, at.c); }
    if (Grid.refreshPanel) { Grid.refreshPanel(at, told); }
  };

  /* -- a phone shows one criterion ----------------------------------------------------------------------------------------- */

  var select = Grid.home.querySelector("[data-grid-column]"), shownColumn = -1;

  Grid.showColumn = function (c) {
    if (c === shownColumn) { return; }
    Grid.rows.forEach(function (row, r) {
      if (shownColumn >= 0) { Grid.td(r, shownColumn).classList.remove("is-col-now"); }
      Grid.td(r, c).classList.add("is-col-now");
      var last = Grid.line(r).querySelector("[data-last]"), text = Grid.cell(r, c).l;
      if (text && Grid.columns[c].type === "choice") { text = text.split(" ")[0]; }
      if (last) { last.textContent = text ? Grid.fill(words.last, {value: text}) : ""; }
    });
    shownColumn = c;
    select.value = String(c);
    put("rule", Grid.columns[c].rule);
  };

  if (select) {
    var first = Grid.columns.findIndex(function (column) { return column.mine; });
    Grid.rows.forEach(function (row, r) { Grid.td(r, 0).classList.remove("is-col-now"); });
    Grid.showColumn(Math.max(0, first));
    select.addEventListener("change", function () { Grid.showColumn(Number(select.value)); });
    document.addEventListener("entry:counts", countOptions);
    countOptions();
  }

  function countOptions() {
    Array.from(select.options).forEach(function (option) {
      var c = Number(option.value), missing = 0;
      Grid.rows.forEach(function (row, r) {
        if (Grid.lacks(r, c)) { missing += 1; }
      });
      option.textContent = option.dataset.label + (missing ? " (" + Grid.fill(words.lacks, {n: missing}) + ")" : "");
    });
  }
}());
