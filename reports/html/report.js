(function () {
  "use strict";
  var main = document.querySelector("main"), labels = main.dataset;
  document.documentElement.classList.add("scripted");
  function make(tag, of, text) {
    var one = document.createElement(tag);
    Object.keys(of || {}).forEach(function (name) { one.setAttribute(name, of[name]); });
    if (text) one.textContent = text;
    return one;
  }
  function all(within, what) { return Array.prototype.slice.call(within.querySelectorAll(what)); }

  // The address says which view and which place: #csm, #fix. A place may lie in another view, or in a closed part.
  var radios = all(document, "input[name=view]");
  function follow() {
    var name = decodeURIComponent(location.hash.slice(1));
    var at = name && document.getElementById(name);
    if (document.getElementById("view-" + name)) document.getElementById("view-" + name).checked = true;
    if (!at) return;
    var view = at.closest(".view");
    if (view) document.getElementById("view-" + view.classList[1]).checked = true;
    for (var up = at; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    at.scrollIntoView();
  }
  window.addEventListener("hashchange", follow);
  if (location.hash) follow();

  // Search and grades, one set of tools a view.
  all(main, ".view").forEach(function (view) {
    var items = all(view, ".item");
    if (items.length < 2) return;
    var tools = make("div", {class: "tools", role: "search"});
    var id = "search-" + view.classList[1];
    var field = make("input", {type: "search", id: id, autocomplete: "off"});
    tools.append(make("label", {for: id}, labels.search), field);
    var grades = [];
    items.forEach(function (item) {
      if (item.dataset.grade && grades.indexOf(item.dataset.grade) < 0) grades.push(item.dataset.grade);
    });
    var grade = null;
    if (grades.length > 1) {
      grade = make("select", {"aria-label": labels.all});
      grade.append(make("option", {value: ""}, labels.all));
      grades.forEach(function (name) { grade.append(make("option", {value: name}, name)); });
      tools.append(grade);
    }
    var open = make("button", {type: "button"}, labels.open);
    open.addEventListener("click", function () {
      var closed = all(view, "details").some(function (one) { return !one.open; });
      all(view, "details").forEach(function (one) { one.open = closed; });
      open.textContent = closed ? labels.close : labels.open;
    });
    if (view.querySelector("details")) tools.append(open);
    var none = make("p", {class: "note", role: "status"});
    tools.append(none);
    var texts = items.map(function (item) { return item.textContent.toLowerCase(); });
    function sift() {
      var words = field.value.toLowerCase().split(/\s+/).filter(Boolean), seen = 0;
      items.forEach(function (item, at) {
        var fits = words.every(function (word) { return texts[at].indexOf(word) >= 0; });
        fits = fits && (!grade || !grade.value || !item.dataset.grade || item.dataset.grade === grade.value);
        item.hidden = !fits;
        seen += fits;
      });
      none.textContent = seen ? "" : labels.none;
    }
    field.addEventListener("input", sift);
    if (grade) grade.addEventListener("change", sift);
    view.prepend(tools);
  });

  // Tables are sorted by their headings.
  all(main, "table.sortable").forEach(function (table) {
    var heads = all(table, "thead th");
    heads.forEach(function (head, column) {
      var button = make("button", {type: "button", class: "sort"}, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(function (one) { one.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var body = table.tBodies[0];
        all(body, "tr").map(function (row) { return [row.cells[column].textContent.trim(), row]; }).sort(function (one, two) {
          var order = one[0].localeCompare(two[0], document.documentElement.lang, {numeric: true});
          return down ? -order : order;
        }).forEach(function (pair) { body.append(pair[1]); });
      });
    });
  });

  // Texts are copied; where a browser forbids it, they are selected.
  all(main, ".copyable > div").forEach(function (box) {
    var text = box.querySelector("pre"), button = make("button", {type: "button", class: "copy"}, labels.copy);
    button.addEventListener("click", function () {
      var range = document.createRange();
      range.selectNodeContents(text);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      var done = function () { button.textContent = labels.copied; };
      if (navigator.clipboard) navigator.clipboard.writeText(text.textContent).then(done, function () { document.execCommand("copy"); done(); });
      else { document.execCommand("copy"); done(); }
    });
    box.prepend(button);
  });

  // “Print everything” and the other views open what is closed on the screen, in browsers that can't do that by style alone.
  var closed = [], whole = document.getElementById("print-all"), office = document.getElementById("view-office");
  window.addEventListener("beforeprint", function () {
    var brief = whole && office && office.checked && !whole.checked;
    closed = all(document, brief ? "#integrator, #integrator details" : "details").filter(function (one) { return !one.open; });
    closed.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () { closed.forEach(function (one) { one.open = false; }); closed = []; });
})();
