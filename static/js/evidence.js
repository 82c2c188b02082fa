/* Files of evidence: a file chosen in [data-evidence] uploads at once with a progress bar, and the part of the page is
   exchanged for the server's answer. Without this script the two forms in it are posted as they are. */
(function () {
  "use strict";
  var MEGABYTE = 1024 * 1024;

  function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, function (_all, name) { return String(values[name]); });
  }

  function say(box, text, refused) {
    var said = box.querySelector(".evidence__said"), input = box.querySelector("input[type=file]");
    if (said) {
      said.textContent = text;
      said.classList.toggle("is-refused", Boolean(refused));
    }
    if (input) { input.setAttribute("aria-invalid", String(Boolean(refused))); }
  }

  function megabytes(size) { return Math.ceil(size * 10 / MEGABYTE) / 10; }

  /* What can be said without asking the server; it asks all of this again. */
  function refusal(box, file) {
    var ending = file.name.indexOf(".") < 0 ? "?" : file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
    var limit = Number(box.dataset.largest);
    if (box.dataset.accept.split(" ").indexOf(ending) < 0) { return filled(box.dataset.kind, {ending: ending}); }
    if (file.size > limit * MEGABYTE) {
      return filled(box.dataset.large, {size: megabytes(file.size), limit: limit});
    }
    return "";
  }

  /* The server's part of the page in place of the old one; the reader's place and the said sentence are kept. */
  function exchange(box, html, text) {
    var parsed = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    var next = document.importNode(parsed, true);
    box.replaceWith(next);
    next.querySelectorAll("input[name=next]").forEach(function (input) { input.value = window.location.pathname + window.location.search; });
    bind(next);
    say(next, text);
    var focused = next.querySelector("input[type=file]") || next.querySelector("a");
    if (focused) { focused.focus(); }
    document.dispatchEvent(new CustomEvent("evidence:changed", {detail: {id: next.id}}));
  }

  function send(box, form, done, name) {
    var request = new XMLHttpRequest(), bar = box.querySelector("progress");
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "evidence.js");
    request.upload.addEventListener("progress", function (event) {
      if (!event.lengthComputable || !bar || !name) { return; }
      var percent = Math.floor(event.loaded * 100 / event.total);
      bar.hidden = false;
      bar.value = percent;
      if (percent === 100) { say(box, filled(box.dataset.checking, {name: name})); }
    });
    request.addEventListener("loadend", function () {
      if (bar) { bar.hidden = true; }
      delete box.dataset.busy;
      var answer = {};
      try { answer = JSON.parse(request.responseText); } catch (error) { answer = {}; }
      if (request.status === 200 && answer.html) { exchange(box, answer.html, done); return; }
      var input = box.querySelector("input[type=file]");
      if (input) { input.value = ""; }
      say(box, answer.message || (request.status >= 400 && request.status < 500 ? box.dataset.stale : box.dataset.failed), true);
    });
    box.dataset.busy = "yes";
    if (name) { say(box, filled(box.dataset.uploading, {name: name})); }
    request.send(new FormData(form));
  }

  function bind(box) {
    var form = box.querySelector("[data-evidence-add]");
    if (form) { bindAdd(box, form); }
    box.querySelectorAll("[data-evidence-remove]").forEach(function (remove) {
      remove.addEventListener("submit", function (event) {
        event.preventDefault();
        if (!box.dataset.busy) { send(box, remove, filled(box.dataset.removed, {name: remove.dataset.name})); }
      });
    });
  }

  function bindAdd(box, form) {
    var input = form.querySelector("input[type=file]");
    function upload() {
      var file = input.files[0];
      if (!file || box.dataset.busy) { return; }
      var problem = refusal(box, file);
      if (problem) {
        input.value = "";
        say(box, problem, true);
        return;
      }
      send(box, form, filled(box.dataset.added, {name: file.name}), file.name);
    }
    form.querySelector("button").hidden = true;
    input.addEventListener("change", upload);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      upload();
    });
  }

  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("[data-evidence][data-busy]")) { event.preventDefault(); event.returnValue = ""; }
  });
  document.querySelectorAll("[data-evidence]").forEach(bind);
}());
