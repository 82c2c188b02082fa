/* The bar below a branch's form: how many values of this branch are on their way, waiting, refused; where others wait;
   and signing in again. Above it, what was refused and has no open input here: send again, or discard. */
(function () {
  "use strict";
  var form = document.querySelector("[data-entry-form]"), counts = document.querySelector("[data-counts]");
  var elsewhere = document.querySelector("[data-elsewhere]"), held = document.querySelector("[data-held]");
  var Entry = window.Entry;
  if (!form || !counts || !Entry) { return; }
  var words = JSON.parse(document.getElementById("entry-words").textContent);
  var branch = form.dataset.branch, names = {}, asked = {};

  function said(text, values) {
    return text.replace(/%\((\w+)\)s/g, function (_all, name) { return String(values[name]); });
  }

  function made(tag, text, about) {
    var element = Object.assign(document.createElement(tag), about || {});
    element.textContent = text;
    return element;
  }

  /* The address of a branch's form, at a criterion. */
  function address(code, criterion) {
    var path = form.getAttribute("action").split("?")[0].replace("/" + branch + "/", "/" + code + "/");
    return path + "?at=" + encodeURIComponent(criterion);
  }

  function isOurs(item) { return item.edit.branch === branch; }

  function draw(event) {
    var all = Entry.places(), ours = all.filter(isOurs), signedOut = event.detail.signedOut;
    var found = {saving: 0, waiting: 0, refused: 0, conflict: 0};
    ours.forEach(function (item) { found[item.state === "locked" ? "refused" : item.state] += 1; });
    var told = Object.keys(found).filter(function (state) { return found[state]; }).map(function (state) {
      return said(words[state], {count: found[state]});
    });
    var off = !signedOut && (navigator.onLine === false || event.detail.waiting > 0);
    if (off) { told.push(words.offline); }
    if (signedOut) { told.push(words.signedOut); }
    counts.textContent = told.length ? told.join(" · ") : words.allSaved;
    counts.parentElement.classList.toggle("is-offline", off || signedOut);
    counts.parentElement.classList.toggle("is-refused", found.refused + found.conflict > 0);
    if (signedOut) { counts.append(" ", signIn()); }
    drawElsewhere(all.filter(function (item) { return !isOurs(item); }));
    drawHeld(ours.filter(isHeld));
  }

  function signIn() {
    var link = made("a", words.signIn);
    link.href = form.dataset.signIn + "?next=" + encodeURIComponent(location.pathname + location.search);
    link.setAttribute("data-entry-sign-in", "");
    return link;
  }

  /* -- other branches ---------------------------------------------------------------------------------------------- */

  function drawElsewhere(items) {
    var byBranch = {};
    items.forEach(function (item) { (byBranch[item.edit.branch] = byBranch[item.edit.branch] || []).push(item); });
    elsewhere.textContent = "";
    Object.keys(byBranch).forEach(function (code) {
      var text = said(words.elsewhere, {count: byBranch[code].length, branch: names[code] || code});
      elsewhere.append(made("a", text, {href: address(code, byBranch[code][0].edit.criterion)}), " ");
    });
    learn(Object.keys(byBranch), items);
  }

  function learn(codes, items) {
    var unknown = codes.filter(function (code) { return !asked[code]; });
    if (!unknown.length) { return; }
    unknown.forEach(function (code) { asked[code] = true; });
    fetch(form.getAttribute("action") + "&part=held&of=" + unknown.join("&of="), {redirect: "error"})
      .then(function (response) { return response.ok ? response.json() : {names: {}}; })
      .then(function (told) {
        Object.assign(names, told.names);
        drawElsewhere(items);
      }).catch(function () { /* their codes stand for them */ });
  }

  /* -- values of this branch without an open input here ------------------------------------------------------------- */

  function isHeld(item) {
    if (item.state === "locked") { return true; }
    return (item.state === "refused" || item.state === "conflict") && !boxOf(item.place);
  }

  function boxOf(place) { return document.querySelector('.place[data-place="' + place + '"]'); }

  function drawHeld(items) {
    held.hidden = !items.length;
    held.textContent = "";
    items.forEach(function (item) { held.append(lineOf(item)); });
  }

  function lineOf(item) {
    var line = made("li", ""), value = item.edit.na ? words.notApplicable : item.edit.text || words.empty;
    var name = item.edit.criterion + (item.edit.period ? " Q" + item.edit.period : "");
    var why = item.answer && item.answer.message || words.unreadable;
    line.append(made("a", name, {href: address(branch, item.edit.criterion)}), " ");
    line.append(made("span", said(words.held, {value: value, why: why})), " ");
    if (item.state !== "conflict") { line.append(button(words.resend, function () { Entry.resend(item.place); }), " "); }
    line.append(button(words.discard, function () {
      Entry.drop(item.place);
      document.dispatchEvent(new CustomEvent("entry:dropped", {detail: {place: item.place}}));
    }));
    return line;
  }

  function button(text, act) {
    var one = made("button", text, {type: "button", className: "btn btn-plain"});
    one.addEventListener("click", act);
    return one;
  }

  document.addEventListener("entry:counts", draw);
}());
