// What the page does by itself. Everything works without it: choosing files, answering, checking, reading, ticking.
(function () {
  "use strict";
  var body = document.body, root = document.documentElement, company = body.dataset.company;
  var announcer = document.getElementById("announce"), isDirty = false, failures = 0, isBusy = false;
  function all(within, what) { return Array.prototype.slice.call(within.querySelectorAll(what)); }
  function say(text) { announcer.textContent = ""; setTimeout(function () { announcer.textContent = text; }, 50); }
  function main() { return document.getElementById("content"); }
  root.classList.add("app");

  // -- parts that appear or are replaced

  function prepare(within) {
    all(within, "[data-print]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    });
    all(within, ".copyable > div").forEach(function (box) {
      if (box.querySelector(".copy")) return;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = main().dataset.copy;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(box.querySelector("pre").textContent).then(function () { button.textContent = main().dataset.copied; });
      });
      box.prepend(button);
    });
  }

  // Loads the screen again and replaces what changed. The focus, what is open and where the reader is stay as they are.
  function refresh(verdict) {
    if (isBusy) return;
    isBusy = true;
    fetch(location.href, {headers: {"Accept": "text/html"}}).then(function (answer) { return answer.ok ? answer.text() : Promise.reject(); }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html");
      ["state", "running", "until"].forEach(function (name) {
        if (name in fresh.body.dataset) body.dataset[name] = fresh.body.dataset[name];
        else delete body.dataset[name];
      });
      replace("#strip", fresh);
      replace(".side", fresh);
      if (mayReplace()) {
        var focused = document.activeElement && document.activeElement.id;
        var open = all(main(), "details[open] > summary").map(function (one) { return one.textContent; });
        document.title = fresh.title;
        replace("#content", fresh);
        all(main(), "details > summary").forEach(function (one) { if (open.indexOf(one.textContent) >= 0) one.parentElement.open = true; });
        if (focused && document.getElementById(focused)) document.getElementById(focused).focus({preventScroll: true});
      }
      document.getElementById("other").hidden = true;
      if (verdict) say(verdict);
      plan();
    }).catch(function () {}).then(function () { isBusy = false; });
  }
  function replace(what, fresh) {
    var old = document.querySelector(what), one = fresh.querySelector(what);
    if (!old || !one) return;
    one = document.importNode(one, true);
    old.replaceWith(one);
    prepare(one);
  }
  // An answer that someone is typing stays in its box.
  function mayReplace() { return !isDirty && (!document.activeElement || !document.activeElement.matches("#content input:not([type=checkbox], [type=file]), #content select")); }
  document.addEventListener("input", function (event) { if (event.target.closest("form:not(.ticking, [data-drop])")) isDirty = true; });

  // -- files

  function send(form, files) {
    if (!files.length) return;
    var data = new FormData();
    all(form, "input[type=hidden]").forEach(function (one) { data.append(one.name, one.value); });
    files.forEach(function (one) { data.append("files", one.file, one.path); });
    all(form, ".working").forEach(function (one) { one.hidden = false; });
    say("Reading " + files.length + (files.length === 1 ? " file." : " files."));
    form.classList.add("busy");
    fetch(form.action, {method: "POST", body: data, headers: {"X-CSRF-Token": body.dataset.csrf, "Accept": "text/html"}}).then(function (answer) {
      if (answer.redirected) location.href = answer.url;
      else answer.text().then(function (text) { showPage(text); });
    }).catch(function () { stopped(true); form.classList.remove("busy"); all(form, ".working").forEach(function (one) { one.hidden = true; }); });
  }
  function showPage(text) {
    var fresh = new DOMParser().parseFromString(text, "text/html");
    document.title = fresh.title;
    replace("#content", fresh);
    window.scrollTo(0, 0);
  }
  function listed(files) { return Array.prototype.map.call(files, function (file) { return {file: file, path: file.webkitRelativePath || file.name}; }); }
  function entries(transfer) {
    var tops = Array.prototype.map.call(transfer.items || [], function (item) { return item.webkitGetAsEntry && item.webkitGetAsEntry(); }).filter(Boolean);
    if (!tops.length) return Promise.resolve(listed(transfer.files));
    return Promise.all(tops.map(walk)).then(flat);
  }
  function flat(lists) { return Array.prototype.concat.apply([], lists); }
  function walk(entry) {
    return new Promise(function (done) {
      if (entry.isFile) entry.file(function (file) { done([{file: file, path: entry.fullPath.replace(/^\//, "")}]); }, function () { done([]); });
      else {
        var reader = entry.createReader(), found = [];
        (function more() {
          reader.readEntries(function (some) {
            if (!some.length) Promise.all(found.map(walk)).then(function (lists) { done(flat(lists)); });
            else { found = found.concat(some); more(); }
          }, function () { done([]); });
        })();
      }
    });
  }
  function form() { return document.querySelector("form[data-drop]"); }
  document.addEventListener("change", function (event) {
    var field = event.target;
    if (field.matches("form[data-drop] input[type=file]") && field.files.length) send(field.form, listed(field.files));
  });
  var depth = 0, veil = document.createElement("div");
  veil.className = "veil";
  veil.hidden = true;
  veil.textContent = body.dataset.name ? "Drop to add to " + body.dataset.name : "Drop your files";
  body.append(veil);
  function hasFiles(event) { return event.dataTransfer && Array.prototype.indexOf.call(event.dataTransfer.types, "Files") >= 0; }
  function target() {
    if (form()) return form();
    if (!company) return null;
    var made = document.createElement("form");
    made.action = company + "/files";
    [["csrf", body.dataset.csrf]].forEach(function (one) {
      var field = document.createElement("input");
      field.type = "hidden";
      field.name = one[0];
      field.value = one[1];
      made.append(field);
    });
    return made;
  }
  document.addEventListener("dragenter", function (event) { if (hasFiles(event) && target()) { depth += 1; veil.hidden = false; } });
  document.addEventListener("dragleave", function () { depth = Math.max(0, depth - 1); if (!depth) veil.hidden = true; });
  document.addEventListener("dragover", function (event) { if (hasFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", function (event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    var to = target();
    if (to) entries(event.dataTransfer).then(function (files) { send(to, files); });
  });

  // -- ticks

  document.addEventListener("change", function (event) {
    var box = event.target;
    if (!box.matches(".ticking input[type=checkbox]")) return;
    var data = new URLSearchParams(new FormData(box.form));
    fetch(box.form.action, {method: "POST", body: data, headers: {"X-CSRF-Token": body.dataset.csrf, "X-Script": "1"}}).then(function (answer) {
      if (!answer.ok) return Promise.reject();
      say(box.checked ? "Marked as done." : "Not done.");
      refresh();
    }).catch(function () { box.checked = !box.checked; stopped(true); });
  });

  // -- answers: if the program doesn't answer, the choice stays selected

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form[data-question]")) return;
    event.preventDefault();
    var data = new URLSearchParams(new FormData(form, event.submitter));
    fetch(form.action, {method: "POST", body: data, headers: {"X-CSRF-Token": body.dataset.csrf, "Accept": "text/html"}}).then(function (answer) {
      if (!answer.redirected) return answer.text().then(showPage);
      sessionStorage.setItem("next", "1");
      location.href = answer.url;
    }).catch(function () {
      var said = form.querySelector(".said") || document.createElement("p");
      said.className = "said fix";
      said.setAttribute("role", "alert");
      said.textContent = "We couldn't save that. Your choice is still selected. Try again.";
      form.append(said);
    });
  });

  // -- a check that runs, another window, and a program that was closed

  function stopped(isStopped) {
    document.getElementById("alarm").hidden = !isStopped;
    all(document, "main button, main input, main select").forEach(function (one) { one.disabled = isStopped; });
    if (!isStopped) failures = 0;
  }
  function look() {
    if (!company || document.hidden) return plan();
    fetch(company + "/progress" + location.search, {headers: {"Accept": "application/json"}}).then(function (answer) { return answer.ok ? answer.json() : Promise.reject(); }).then(function (now) {
      if (failures > 1) stopped(false);
      failures = 0;
      if (now.state === "running") {
        body.dataset.running = "";
        all(document, "[data-progress]").forEach(function (one) { if (now.words) one.textContent = now.words; });
        all(document, "[data-bar]").forEach(function (one) { one.max = now.total || 1; one.value = now.done; });
      } else if ("running" in body.dataset || (now.check !== body.dataset.state && main().hasAttribute("data-live"))) {
        delete body.dataset.running;
        refresh(now.verdict);
      } else if (now.check !== body.dataset.state) {
        var strip = document.getElementById("other");
        strip.hidden = false;
        strip.querySelector("a").href = location.href;
      }
      plan();
    }).catch(function () {
      failures += 1;
      if (failures > 1) stopped(true);
      plan();
    });
  }
  var next;
  function plan() {
    clearTimeout(next);
    var wait = failures ? 1000 : "running" in body.dataset ? 400 : 8000;
    var until = Number(body.dataset.until || 0) * 1000 - Number(body.dataset.now || 0) * 1000;
    if (until > 0 && until < 86400000) setTimeout(function () { refresh(); }, until);
    delete body.dataset.until;
    next = setTimeout(look, wait);
  }
  document.addEventListener("visibilitychange", function () { if (!document.hidden) look(); });

  // -- where the reader goes on

  if (sessionStorage.getItem("next")) {
    sessionStorage.removeItem("next");
    var card = document.querySelector(".said.fix[role=alert]") ? document.getElementById("top") : document.querySelector(".card.big");
    if (card) card.focus();
  } else if (location.hash.length > 1) {
    var at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (at && at.id === "next") at = document.querySelector(".card.big") || document.getElementById("top");
    if (at && at.matches("[tabindex]")) at.focus();
  }
  prepare(document);
  if (company) plan();
})();
