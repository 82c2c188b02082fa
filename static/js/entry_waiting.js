/* My work and Submit: what this browser still holds of a branch is sent from here, and while any of it isn't in, the
   branch is neither ticked nor submitted; a sentence says so, with a link to the value.

   [data-branch] is a branch's row; [data-unsent] in it takes the sentence. Words and addresses: [data-waiting]. */
(function () {
  "use strict";
  var Entry = window.Entry, page = document.querySelector("[data-waiting]");
  if (!Entry || !page) { return; }
  var words = JSON.parse(document.getElementById("entry-words").textContent), sent = false;

  function filled(text, values) {
    return text.replace(/%\((\w+)\)s/g, function (_all, name) { return values[name]; });
  }

  function heldBy() {
    var found = {};
    Entry.places().forEach(function (item) {
      (found[item.edit.branch] = found[item.edit.branch] || []).push(item);
    });
    return found;
  }

  function link(branch, item, text) {
    var one = document.createElement("a");
    one.href = page.dataset.form.replace("000000000000", branch) + "?at=" + encodeURIComponent(item.edit.criterion);
    one.textContent = text;
    return one;
  }

  function draw() {
    var held = heldBy();
    document.querySelectorAll("[data-branch]").forEach(function (row) { mark(row, held[row.dataset.branch] || []); });
    Object.keys(held).forEach(function (branch) {
      if (!document.querySelector('[data-branch="' + branch + '"]')) { delete held[branch]; }
    });
    var text = summary(Object.keys(held).length);
    page.querySelector("[data-waiting-said]").textContent = text;
    page.hidden = !text;
  }

  function summary(branches) {
    if (branches) { return filled(words.branches, {count: branches}); }
    return sent ? words.sent : "";
  }

  function mark(row, items) {
    var said = row.querySelector("[data-unsent]"), box = row.querySelector("input[name=branch]");
    if (box) { hold(box, items.length > 0); }
    if (!said) { return; }
    said.hidden = !items.length;
    said.textContent = "";
    if (!items.length) { return; }
    said.append(filled(words.unsent, {count: items.length}));
    items.slice(0, 5).forEach(function (item) { said.append(" ", link(row.dataset.branch, item, item.edit.criterion)); });
  }

  function hold(box, held) {
    if (held === (box.dataset.held === "yes")) { return; }
    if (held) { box.dataset.was = box.checked ? "yes" : ""; }
    box.dataset.held = held ? "yes" : "";
    box.disabled = held;
    box.checked = held ? false : box.dataset.was === "yes";
    box.dispatchEvent(new Event("change", {bubbles: true}));
  }

  document.addEventListener("entry:state", function (event) {
    if (event.detail.state === "saved") { sent = true; }
  });
  document.addEventListener("entry:counts", draw);
}());
