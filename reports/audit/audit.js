(function () {
  "use strict";
  var table = document.getElementById("fleet"), tools = document.querySelector(".sift");
  var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows), order = rows;
  var STEP = 500, limit = STEP, lang = document.documentElement.lang;
  var LOOKS = ["absent", "none", "fine", "know", "unknown", "look", "fix"];
  var count = tools.querySelector(".count"), more = document.querySelector(".later-tools");
  var by = {};
  Array.prototype.forEach.call(tools.querySelectorAll("[data-by]"), function (one) { by[one.dataset.by] = one; });
  tools.hidden = false;

  rows.forEach(function (row, at) { row.place = at; });
  function has(list, one) { return (" " + (list || "") + " ").indexOf(" " + one + " ") >= 0; }
  function text(row) { return row.text || (row.text = row.cells[0].textContent.toLowerCase()); }
  function stands(cell, look) { return cell.classList.contains(look) || (look === "unknown" && cell.classList.contains("also")); }

  // Which rows are wanted; of very many only the first are laid out, more on demand. Paper has them all.
  function sift() {
    var words = by.text.value.toLowerCase().split(/\s+/).filter(Boolean), seen = 0, first = [];
    var verdict = by.verdict.value, look = by.look.value, area = by.area.value, rule = by.rule.value;
    var last = table.tHead.rows[0].cells.length - 7;
    order.forEach(function (row) {
      var of = row.dataset;
      var fits = (!verdict || of.v === verdict) && (!rule || has(of[by.state.value], rule)) &&
        (!by.broken.checked || "b" in of) && (!by.changed || !by.changed.checked || "c" in of) &&
        words.every(function (word) { return text(row).indexOf(word) >= 0; });
      if (fits && (look || area)) {
        var from = area ? +area : 3, to = area ? +area + 1 : last;
        fits = false;
        for (var at = from; at < to && !fits; at++) fits = look ? stands(row.cells[at], look) : !row.cells[at].classList.contains("absent");
      }
      if (row.hidden === fits) row.hidden = !fits;
      seen += fits;
      row.classList.toggle("later", fits && seen > limit);
      if (fits && seen <= limit) first.push(row);
    });
    // Only what is seen is put in order: to move ten thousand rows takes seconds.
    if (order !== rows) body.append.apply(body, first);
    table.classList.add("sifted");
    count.textContent = count.dataset.of.replace("{}", seen.toLocaleString(lang)).replace("{}", rows.length.toLocaleString(lang));
    more.hidden = seen <= limit;
    by.state.disabled = !rule;
  }
  function again() { limit = STEP; sift(); }
  Object.keys(by).forEach(function (name) { by[name].addEventListener(name === "text" ? "input" : "change", again); });
  function reset() {
    Object.keys(by).forEach(function (name) {
      if (by[name].type === "checkbox") by[name].checked = false;
      else by[name].value = name === "state" ? "f" : "";
    });
  }
  tools.querySelector(".all").addEventListener("click", function () { reset(); again(); });
  more.querySelector("button").addEventListener("click", function () { limit += STEP; sift(); });

  // Numbers on top, and practices, lead to the accounts that they count.
  Array.prototype.forEach.call(document.querySelectorAll("[data-set]"), function (link) {
    link.addEventListener("click", function () { reset(); by[link.dataset.set].value = link.dataset.to; again(); });
  });

  // Sorting: names from A, everything else from the worst. What is not known counts as the worst.
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var collator = new Intl.Collator(lang, {numeric: true});
  function key(row, column) {
    var cell = row.cells[column];
    if (column === 1) return -row.place;
    if (heads[column].className === "up") {
      var look = cell.className.split(" ")[1];
      return LOOKS.indexOf(look) * 10000 + (+cell.dataset.n || 0);
    }
    if ("k" in cell.dataset) return cell.dataset.k === "x" ? Infinity : +cell.dataset.k;
    var number = parseFloat(cell.textContent);
    return isNaN(number) ? (cell.textContent === "\u2013" ? -1 : Infinity) : number;
  }
  heads.forEach(function (head, column) {
    if (column === heads.length - 1) return;
    var button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(head.firstChild);
    head.append(button);
    button.addEventListener("click", function () {
      var now = head.getAttribute("aria-sort"), up = now ? now === "descending" : column === 0;
      heads.forEach(function (one) { one.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      var keyed = rows.map(function (row) { return [column ? key(row, column) : text(row), row]; });
      keyed.sort(function (one, two) {
        var found = column ? (one[0] < two[0] ? -1 : one[0] > two[0] ? 1 : 0) : collator.compare(one[0], two[0]);
        return (up ? found : -found) || one[1].place - two[1].place;
      });
      order = keyed.map(function (pair) { return pair[1]; });
      sift();
    });
  });

  window.addEventListener("beforeprint", function () { if (order !== rows) body.append.apply(body, order); });

  // What a cell says, in full, for those who point at it.
  body.addEventListener("mouseover", function (event) {
    var cell = event.target.closest("td.cell");
    if (cell && !cell.title) cell.title = heads[cell.cellIndex].textContent + ": " + cell.textContent;
  });
  sift();
})();
