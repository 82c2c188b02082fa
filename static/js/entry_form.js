/* The form of a branch: each value is given to the queue (entry.js) as soon as it is complete, and shows its state in
   words beside its input. Without this script the form is posted whole by its button.

   [data-place] is one value; its inputs are [data-part=text|na|note|document|source|as_of]. What follows from saved
   values ([data-live]) is fetched anew after they are saved. Words come from the page (#entry-words). */
(function () {
  "use strict";
  var form = document.querySelector("[data-entry-form]"), Entry = window.Entry;
  var Conflict = window.EntryConflict;
  if (!form || !Entry) { return; }
  var words = JSON.parse(document.getElementById("entry-words").textContent);
  var heard = document.querySelector("[data-heard]");
  var STATES = Object.keys(words.states).concat("");
  var CHOOSING = 600, FOLLOWING = 400;  // milliseconds: arrows pass over radios; several values are saved together
  var boxes = {}, given = {}, shown = {}, late = {}, loaded = false, following = 0;

  function parts(box, name) { return Array.from(box.querySelectorAll("[data-part=" + name + "]")); }
  function part(box, name) { return parts(box, name)[0] || null; }
  function content(box, name) { return part(box, name) ? part(box, name).value.trim() : ""; }
  function isRadio(box) { return part(box, "text").type === "radio"; }

  /* -- a value as its inputs hold it ------------------------------------------------------------------------------ */

  function textOf(box) {
    if (!isRadio(box)) { return content(box, "text"); }
    var chosen = parts(box, "text").filter(function (radio) { return radio.checked; })[0];
    return chosen ? chosen.value : "";
  }

  function read(box) {
    return {
      text: textOf(box), na: part(box, "na").checked, note: content(box, "note"), document: content(box, "document"),
      source: part(box, "source") ? content(box, "source") : box.dataset.source,
      as_of: part(box, "as_of") ? content(box, "as_of") : box.dataset.asOf
    };
  }

  function fill(box, value) {
    if (isRadio(box)) {
      parts(box, "text").forEach(function (radio) { radio.checked = radio.value === value.text; });
    } else {
      part(box, "text").value = value.text;
    }
    part(box, "na").checked = Boolean(value.na);
    ["note", "document", "source", "as_of"].forEach(function (name) {
      if (part(box, name) && value[name] !== undefined) { part(box, name).value = value[name] || ""; }
    });
    if (value.note || value.document || value.na) { box.querySelector("details").open = true; }
    shut(box);
  }

  function shut(box) {  // what is not applicable takes no value
    var na = part(box, "na").checked;
    parts(box, "text").forEach(function (input) { input.disabled = na; });
  }

  /* -- what is said ------------------------------------------------------------------------------------------------- */

  function draw(box, state, reasons) {
    STATES.forEach(function (one) { if (one) { box.classList.remove("is-" + one); } });
    box.classList.add("is-" + state);
    var glyph = box.querySelector("[data-glyph]");
    glyph.className = "bi " + (words.glyphs[state] || "") + (state === "saving" ? " spin" : "");
    box.querySelector("[data-words]").textContent = [words.states[state]].concat(reasons || []).join(" ");
    parts(box, "text").forEach(function (input) {
      input.setAttribute("aria-invalid", String(state === "refused"));
    });
    if (state === "warned" || state === "reason") { box.querySelector("details").open = true; }
  }

  function say(box, state, reasons) {
    if (heard) { heard.textContent = [box.dataset.name + ":", words.states[state]].concat(reasons || []).join(" "); }
  }

  /* -- giving ------------------------------------------------------------------------------------------------------- */

  function give(box, way) {
    clearTimeout(late[box.dataset.place]);
    delete late[box.dataset.place];
    var value = read(box), same = JSON.stringify(value), before = given[box.dataset.place];
    if (same === before) { return; }
    if (value.na && !value.note) {
      draw(box, "reason");
      return;
    }
    given[box.dataset.place] = same;
    Entry.give(Object.assign(value, {
      branch: box.dataset.branch, criterion: box.dataset.criterion, period: Number(box.dataset.period),
      way: way || "typed", revision: Number(box.dataset.revision), as_of: value.as_of || null
    }));
  }

  function soon(box) {
    clearTimeout(late[box.dataset.place]);
    late[box.dataset.place] = setTimeout(function () { give(box); }, CHOOSING);
  }

  function giveAll() { Object.keys(boxes).forEach(function (place) { give(boxes[place]); }); }

  function keep(button) {
    var box = button.closest("[data-place]");
    fill(box, {text: button.dataset.keep, na: false});
    give(box, "kept");
  }

  /* -- answers ------------------------------------------------------------------------------------------------------ */

  function onState(event) {
    var box = boxes[event.detail.place], state = event.detail.state, answer = event.detail.answer || {};
    if (!box) { return; }
    if (!loaded) {  // left over from another time: what was typed then is shown again
      fill(box, event.detail.edit);
      given[event.detail.place] = JSON.stringify(read(box));
    }
    if (state !== "conflict") { Conflict.unfold(box); }
    if (state === "saved") { return saved(box, answer); }
    var reasons = state === "saving" || state === "waiting" ? [] : [answer.message || words.unreadable];
    draw(box, state, reasons);
    if (reasons.length) { say(box, state, reasons); }
    if (state === "conflict") {
      box.querySelector("[data-words]").textContent = Conflict.asked(event.detail.edit, answer);
      compare(box, event.detail.edit, answer);
    }
  }

  function saved(box, answer) {
    var warnings = answer.warnings || [], offer = box.querySelector(".place__offer");
    var state = warnings.length ? "warned" : part(box, "na").checked ? "na" : "saved";
    box.dataset.revision = answer.revision;
    if (read(box).text === "" && state === "saved") { state = "missing"; }
    if (offer) { offer.hidden = state !== "missing"; }
    draw(box, state, warnings);
    say(box, state, warnings);
    offers();
    clearTimeout(following);
    following = setTimeout(follow, FOLLOWING);
  }

  function offers() {
    var all = document.querySelector("[data-keep-all]");
    if (!all) { return; }
    var left = document.querySelectorAll(".place__offer:not([hidden])").length;
    all.textContent = words.keepAll.replace("%(count)s", String(left));
    all.closest("[data-offers]").hidden = left === 0;
  }

  function compare(box, edit, answer) {
    Conflict.show(box, edit, answer, {
      mine: function () {
        Entry.overrule(box.dataset.place);
        part(box, "text").focus();
      },
      theirs: function () { take(box, answer.theirs || {}); }
    });
  }

  function take(box, theirs) {
    var text = theirs.value || "";
    if (box.dataset.type === "yesno" && text) { text = Number(text) ? "true" : "false"; }
    Entry.drop(box.dataset.place);
    box.dataset.revision = theirs.revision || 0;
    Entry.know(box.dataset.place, theirs.revision || 0);
    box.dataset.source = theirs.source || "";
    box.dataset.asOf = theirs.as_of || "";
    fill(box, {
      text: text, na: theirs.na, note: theirs.note || "", document: theirs.document || "", source: theirs.source || "",
      as_of: theirs.as_of || ""
    });
    given[box.dataset.place] = JSON.stringify(read(box));
    Conflict.unfold(box);
    draw(box, theirs.na ? "na" : text === "" ? "missing" : "saved");
    say(box, "saved", [words.theirsTaken]);
    part(box, "text").focus();
  }

  /* What was discarded: the value is again as the page came. */
  function restore(box) {
    if (!box) { return; }
    fill(box, JSON.parse(shown[box.dataset.place]));
    given[box.dataset.place] = shown[box.dataset.place];
    draw(box, read(box).text === "" && !read(box).na ? "missing" : "saved");
  }

  /* -- what follows from saved values -------------------------------------------------------------------------------- */

  function follow() {
    fetch(form.getAttribute("action") + "&part=live", {credentials: "same-origin", redirect: "error"})
      .then(function (response) { return response.ok ? response.text() : ""; })
      .then(function (html) {
        var fresh = new DOMParser().parseFromString(html, "text/html");
        fresh.querySelectorAll("[data-live][id]").forEach(function (next) {
          var now = document.getElementById(next.id);
          if (now && now.innerHTML !== next.innerHTML) { now.innerHTML = next.innerHTML; }
        });
      }).catch(function () { /* the next saved value asks again */ });
  }

  /* -- keys, pointers, leaving ---------------------------------------------------------------------------------------- */

  function onKey(event) {
    var input = event.target, box = input.closest("[data-place]");
    if (!box || event.isComposing) { return; }
    if (event.key === "Enter" && input.dataset.part) {
      event.preventDefault();
      give(box);
      if (!event.ctrlKey) { next(box); }  // with Ctrl it is saved, and stays
    } else if (event.key === "Escape" && input.dataset.part === "text" && !isRadio(box)) {
      input.value = JSON.parse(given[box.dataset.place]).text;
    }
  }

  function next(box) {
    var all = Object.keys(boxes).map(function (place) { return boxes[place]; });
    var after = all[all.indexOf(box) + 1];
    if (after) { enter(after); } else { box.closest(".sheet").querySelector("[data-entrybar] a, .chip").focus(); }
  }

  function enter(box) {
    var inputs = parts(box, "text").filter(function (input) { return !input.disabled; });
    var chosen = inputs.filter(function (input) { return input.checked; })[0] || inputs[0] || part(box, "na");
    chosen.focus();
    if (chosen.select && chosen.type !== "radio" && chosen.type !== "checkbox") { chosen.select(); }
  }

  function onChange(event) {
    var box = event.target.closest("[data-place]");
    if (!box || !event.target.dataset.part) { return; }
    if (event.target.dataset.part === "na") {
      shut(box);
      if (event.target.checked && !content(box, "note")) {
        draw(box, "reason");
        say(box, "reason");
        part(box, "note").focus();
        return;
      }
    }
    if (event.target.type === "radio") { soon(box); } else { give(box); }
  }

  function reasonless() {
    return Object.keys(boxes).some(function (place) { return boxes[place].classList.contains("is-reason"); });
  }

  function start() {
    loaded = true;
    var tab = document.querySelector("#tabs [aria-current]");
    if (tab && tab.scrollIntoView) { tab.scrollIntoView({block: "nearest", inline: "center"}); }
    document.querySelectorAll("[data-without-script]").forEach(function (button) { button.hidden = true; });
  }

  function arrive() {  // at the value that the address names, once the browser has scrolled there and let go
    var hash = decodeURIComponent(location.hash.slice(1));
    var asked = hash && document.getElementById(hash), box = asked && asked.querySelector("[data-place]");
    var open = asked && asked.querySelector(".place.is-missing, .place.is-prefilled, .place.is-warned");
    if (open || box) { enter(open || box); }
  }

  document.querySelectorAll("[data-place]").forEach(function (box) {
    if (box.hasAttribute("data-entry")) { return; }
    boxes[box.dataset.place] = box;
    Entry.know(box.dataset.place, Number(box.dataset.revision));
    shut(box);
    given[box.dataset.place] = shown[box.dataset.place] = JSON.stringify(read(box));
  });
  document.addEventListener("entry:state", onState);
  document.addEventListener("entry:dropped", function (event) { restore(boxes[event.detail.place]); });
  document.addEventListener("change", onChange);
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusout", function (event) {
    var box = event.target.closest && event.target.closest("[data-place]");
    if (box && late[box.dataset.place] && !box.contains(event.relatedTarget)) { give(box); }
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-keep], [data-keep-all]");
    if (!button) { return; }
    event.preventDefault();
    if (button.hasAttribute("data-keep")) { return keep(button); }
    document.querySelectorAll(".place__offer:not([hidden]) [data-keep]").forEach(keep);
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    giveAll();
  });
  document.addEventListener("evidence:changed", function () { follow(); });
  document.addEventListener("entry:flush", giveAll);
  window.addEventListener("beforeunload", function (event) {  // after the queue's own, which has the values given
    if (!reasonless()) { return; }
    event.preventDefault();
    event.returnValue = "";
  });
  document.addEventListener("DOMContentLoaded", start);
  window.addEventListener("load", function () { setTimeout(arrive, 0); });
}());
