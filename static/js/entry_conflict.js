/* Two versions of one value side by side, below its input; nothing is written until one is chosen (window.EntryConflict).
   The words come from the page (#entry-words), the panel from its template (#entry-conflict). */
(function () {
  "use strict";
  var template = document.getElementById("entry-conflict");
  if (!template) { return; }
  var words = JSON.parse(document.getElementById("entry-words").textContent);

  function moment(at) {
    return new Date(at).toLocaleString(document.documentElement.lang, {dateStyle: "medium", timeStyle: "short"});
  }

  function filled(text, values) {
    return text.replace(/%\((\w+)\)s/g, function (_all, name) { return values[name]; });
  }

  function unfold(box) {
    var panel = box.querySelector(".place__two");
    if (panel) { panel.remove(); }
  }

  /* The question in words: whose version stands, and what was typed here. */
  function asked(edit, answer) {
    var theirs = answer.theirs || {};
    if (!theirs.mine) { return answer.message || ""; }
    return filled(words.otherWindow, {theirs: theirs.text || words.empty, mine: mineOf(edit)});
  }

  function mineOf(edit) { return edit.na ? words.notApplicable : edit.text || words.empty; }

  function show(box, edit, answer, choices) {
    var theirs = answer.theirs || {}, panel = template.content.firstElementChild.cloneNode(true);
    function put(name, text) { panel.querySelector("[data-" + name + "]").textContent = text || ""; }
    put("theirs", theirs.text || words.empty);
    put("theirs-note", theirs.note);
    put("theirs-by", [theirs.mine ? words.you : theirs.by, theirs.at ? moment(theirs.at) : ""].filter(Boolean).join(" "));
    put("mine", mineOf(edit));
    put("mine-note", edit.note);
    put("keep-mine", filled(words.keepMine, {value: mineOf(edit)}));
    put("take-theirs", filled(theirs.mine ? words.keepOther : words.keepTheirs, {value: theirs.text || words.empty}));
    panel.querySelector("[data-keep-mine]").addEventListener("click", choices.mine);
    panel.querySelector("[data-take-theirs]").addEventListener("click", choices.theirs);
    unfold(box);
    box.appendChild(panel);
    panel.scrollIntoView({block: "nearest"});  // its scroll margin keeps it clear of the bar below
  }

  window.EntryConflict = {show: show, unfold: unfold, asked: asked};
}());
