/* A block of cells out to, and in from, Excel and WPS: copied as tab-separated text, pasted with a preview first. */
(function () {
  "use strict";
  var Grid = window.Grid, Entry = window.Entry;
  if (!Grid || !Entry) { return; }
  var words = Grid.words, MOST = 6000, SHOWN = 300, LISTED = 100;
  var YES = /^(true|1|yes|y|是|有|√|✓)$/i, NO = /^(false|0|no|n|否|无|×)$/i, NA = /^(NA|N\/A|不适用)$/i;

  /* -- out ------------------------------------------------------------------------------------------------------------- */

  function textOf(r, c) {
    var cell = Grid.cell(r, c), column = Grid.columns[c];
    if (cell.na) { return "NA"; }
    return column.type === "yesno" && cell.v ? Grid.shown(c, cell.v) : cell.v || "";
  }

  document.addEventListener("copy", function (event) {
    if (!inTable() || Grid.editing) { return; }
    var block = Grid.block(), lines = [];
    for (var r = block.top; r <= block.bottom; r += 1) {
      var line = [];
      for (var c = block.left; c <= block.right; c += 1) { line.push(textOf(r, c)); }
      lines.push(line.join("\t"));
    }
    event.clipboardData.setData("text/plain", lines.join("\r\n"));
    event.preventDefault();
    Grid.say(Grid.fill(words.copied, {count: lines.length * (block.right - block.left + 1)}));
  });

  function inTable() { return Grid.active && Grid.table.contains(document.activeElement); }

  /* -- in ---------------------------------------------------------------------------------------------------------------- */

  /* Tab-separated text as a spreadsheet puts it on the clipboard: a cell with a line break or a quote is in quotes. */
  function parse(text) {
    var rows = [], row = [], cell = "", quoted = false;
    for (var i = 0; i < text.length; i += 1) {
      var char = text[i];
      if (quoted) {
        if (char === '"' && text[i + 1] === '"') { cell += '"'; i += 1; } else if (char === '"') { quoted = false; } else { cell += char; }
      } else if (char === '"' && cell === "") { quoted = true; } else if (char === "\t") {
        row.push(cell);
        cell = "";
      } else if (char === "\n") {
        rows.push(row.concat(cell));
        row = [];
        cell = "";
      } else if (char !== "\r") { cell += char; }
    }
    if (cell !== "" || row.length) { rows.push(row.concat(cell)); }
    return rows;
  }

  document.addEventListener("paste", function (event) {
    if (!inTable() || Grid.editing) { return; }
    event.preventDefault();
    var rows = parse(event.clipboardData.getData("text/plain"));
    var size = rows.reduce(function (sum, row) { return sum + row.length; }, 0);
    if (size > MOST) { return Grid.say(Grid.fill(words.too_large, {most: MOST})); }
    if (size) { preview(rows); }
  });

  /* -- is it what the cell takes? ------------------------------------------------------------------------------------------ */

  function judge(r, c, found) {
    var cell = Grid.cell(r, c), column = Grid.columns[c], text = found.normalize("NFKC").trim();
    var one = {r: r, c: c, found: text, old: cell.na ? words.na : cell.v || ""};
    if (text === "") { return Object.assign(one, {result: "skip"}); }
    if (!Grid.open(r, c)) { return text === textOf(r, c) ? Object.assign(one, {result: "same"}) : wrong(one, words.locked); }
    if (NA.test(text)) { return cell.na ? Object.assign(one, {result: "same"}) : wrong(one, words.needs_reason); }
    var read = {choice: choice, yesno: yesno}[column.type] || number;
    one = read(one, column, Grid.rows[r]);
    if (!one.result) { one.result = !cell.na && one.text === cell.v ? "same" : "write"; }
    return one;
  }

  function wrong(one, text, values) {
    return Object.assign(one, {result: "wrong", why: Grid.fill(text, Object.assign({found: one.found}, values))});
  }

  function choice(one, column) {
    var option = column.options.find(function (pair) {
      return [pair[0], pair[1], pair[0] + " " + pair[1]].some(function (text) { return text.toUpperCase() === one.found.toUpperCase(); });
    });
    var codes = column.options.map(function (pair) { return pair[0]; });
    return option ? Object.assign(one, {text: option[0]}) : wrong(one, words.not_option, {options: codes.join(", ")});
  }

  function yesno(one) {
    if (YES.test(one.found)) { return Object.assign(one, {text: "true"}); }
    return NO.test(one.found) ? Object.assign(one, {text: "false"}) : wrong(one, words.not_yesno);
  }

  function number(one, column, row) {
    var text = one.found.replace(/^(-?\d{1,3})(,\d{3})+(?=\.|$)/, function (whole) { return whole.replace(/,/g, ""); });
    if (column.type === "percent") { text = text.replace(/%$/, ""); }
    if (!/^-?\d+(\.\d{1,4}0*)?$/.test(text)) {
      var place = (text.match(/^-?\d*\.?\d*/) || [""])[0].length;
      return wrong(one, words.not_number, {place: place + 1, char: text.charAt(place) || text.charAt(place - 1)});
    }
    text = text.replace(/^(-?)0+(?=\d)/, "$1").replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
    if (column.type === "count" && !/^\d+$/.test(text)) { return wrong(one, words.not_whole); }
    if (column.low !== null && Number(text) < Number(column.low)) { return wrong(one, words.too_low, {low: column.low}); }
    if (column.high !== null && Number(text) > Number(column.high)) { return wrong(one, words.too_high, {high: column.high}); }
    if (column.households && row.households && Number(text) > row.households) {
      return wrong(one, words.too_many, {high: row.households});
    }
    return Object.assign(one, {text: text, doubt: column.type === "percent" ? fraction(text, column) : ""});
  }

  /* 0.947 where 94.7 % is meant: written as it is, and doubted here as the portal will. */
  function fraction(text, column) {
    var value = Number(text);
    if (!(value > 0 && value < 1) || column.high !== null && Number(column.high) <= 1) { return ""; }
    return Grid.fill(words.fraction, {found: text, percent: String(parseFloat((value * 100).toFixed(2)))});
  }

  /* -- the preview ------------------------------------------------------------------------------------------------------------ */

  /* One copied cell fills the whole block that is chosen, as in a spreadsheet. */
  function spread(rows) {
    var block = Grid.block(), single = rows.length === 1 && rows[0].length === 1, found = {judged: [], outside: 0};
    var height = single ? block.bottom - block.top + 1 : rows.length;
    for (var i = 0; i < height; i += 1) {
      var line = single ? [] : rows[i];
      var width = single ? block.right - block.left + 1 : line.length;
      for (var j = 0; j < width; j += 1) {
        var r = block.top + i, c = block.left + j;
        if (r >= Grid.rows.length || c >= Grid.columns.length) { found.outside += 1; } else {
          found.judged.push(judge(r, c, single ? rows[0][0] : line[j]));
        }
      }
    }
    return found;
  }

  function preview(rows) {
    var found = spread(rows), judged = found.judged, block = Grid.block();
    var write = judged.filter(function (one) { return one.result === "write"; });
    var wrongs = judged.filter(function (one) { return one.result === "wrong"; });
    var width = Math.max.apply(null, rows.map(function (row) { return row.length; }));
    var size = Grid.fill(words.size, {rows: rows.length, columns: width});
    Grid.go(block.top, block.left);
    var body = Grid.openPanel("paste", words.preview, size, Grid.active, function () { paintMarks(judged, false); });
    var table = body.querySelector("tbody");
    judged.slice(0, SHOWN).forEach(function (one) { table.appendChild(lineOf(one)); });
    body.querySelector("[data-shown]").textContent = judged.length > SHOWN ? Grid.fill(words.shown_cells, {count: judged.length, shown: SHOWN}) : "";
    var errors = tellErrors(body, wrongs, found.outside, write.filter(function (one) { return one.doubt; }).length);
    var button = body.querySelector("[data-do=write]");
    var label = !write.length ? words.write_none : wrongs.length ? words.write_some : words.write_all;
    button.textContent = Grid.fill(label, {count: write.length, wrong: wrongs.length});
    button.disabled = !write.length;
    button.addEventListener("click", function () {
      Grid.act("pasted", function () { write.forEach(function (one) { Grid.put(one.r, one.c, one.text); }); });
      Grid.closePanel();
    });
    paintMarks(judged, true);
    Grid.say(size + ". " + button.textContent + ". " + errors.textContent);
    (write.length ? button : body.querySelector("[data-do=cancel]")).focus();
  }

  /* Every wrong cell by its branch and criterion; how many there are, and how many of them are listed. */
  function tellErrors(body, wrongs, outside, doubted) {
    var errors = body.querySelector("[data-errors]"), list = document.createElement("ul");
    if (wrongs.length) {
      errors.appendChild(paragraph(Grid.fill(wrongs.length > LISTED ? words.wrong_some : words.wrong_all, {
        count: wrongs.length, shown: LISTED
      }), "c-stop"));
      errors.appendChild(list);
    }
    wrongs.slice(0, LISTED).forEach(function (one) {
      list.appendChild(document.createElement("li")).textContent = Grid.fill(words.wrong_one, {cell: nameOf(one), why: one.why});
    });
    if (doubted) { errors.appendChild(paragraph(Grid.fill(words.doubted, {count: doubted}), "c-gap")); }
    if (outside) { errors.appendChild(paragraph(Grid.fill(words.outside, {count: outside}), "c-gap")); }
    return errors;
  }

  function nameOf(one) { return Grid.named(one.r) + " · " + Grid.columns[one.c].code + " " + Grid.columns[one.c].name; }

  function paintMarks(judged, on) {
    judged.forEach(function (one) { Grid.td(one.r, one.c).classList.toggle("is-selected", on); });
  }

  function paragraph(text, look) {
    var node = document.createElement("p");
    node.className = look + " mb-1 small";
    node.textContent = text;
    return node;
  }

  function lineOf(one) {
    var row = document.createElement("tr"), head = document.createElement("th"), sub = document.createElement("span");
    row.classList.toggle("is-error", one.result === "wrong");
    head.scope = "row";
    head.append(Grid.named(one.r), document.createElement("br"));
    sub.className = "tbl__sub";
    sub.textContent = Grid.columns[one.c].code + " " + Grid.columns[one.c].name;
    head.appendChild(sub);
    if (one.result === "write" && one.doubt) { head.appendChild(paragraph(one.doubt, "c-gap")); }
    var values = document.createElement("td"), was = document.createElement("span"), now = document.createElement("b");
    values.className = "num";
    was.className = "was";
    was.textContent = one.result === "write" ? one.old : "";
    now.textContent = one.text || one.found;
    values.append(was, " ", now);
    var result = document.createElement("td"), said = document.createElement("span");
    said.className = {write: "c-ok", wrong: "c-stop"}[one.result] || "quiet";
    said.textContent = words[one.result];
    result.appendChild(said);
    row.append(head, values, result);
    return row;
  }
}());
