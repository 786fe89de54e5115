(function () {
  "use strict";
  var table = document.getElementById("fleet"), tools = document.querySelector(".filters");
  var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows), order = rows;
  var STEP = 500, limit = STEP, lang = document.documentElement.lang;
  var LOOKS = ["absent", "none", "fine", "know", "unknown", "look", "fix"];
  var count = tools.querySelector(".count"), more = document.querySelector(".more-rows");
  var filters = {};
  Array.prototype.forEach.call(tools.querySelectorAll("[data-by]"), function (control) { filters[control.dataset.by] = control; });
  tools.hidden = false;

  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var areas = heads.filter(function (head) { return head.className === "up"; }).length;
  var firstArea = heads.findIndex(function (head) { return head.className === "up"; });
  rows.forEach(function (row, index) { row.position = index; });
  function includes(list, item) { return (" " + (list || "") + " ").indexOf(" " + item + " ") >= 0; }
  function text(row) { return row.text || (row.text = row.cells[0].textContent.toLowerCase()); }
  function hasLook(cell, look) { return cell.classList.contains(look) || (look === "unknown" && cell.classList.contains("also")); }

  function same(one, two) { return one.toLowerCase() === two.toLowerCase(); }
  // The age of the oldest file in seconds, or x if that isn't known.
  function hasAge(age, wanted) {
    if (!wanted || wanted === "x") return !wanted || age === "x";
    return age !== "x" && (wanted === "new" ? +age <= 14400 : +age > +wanted);
  }

  // Show the rows that match the filters. Only the first are laid out, more on demand; a printout has all of them.
  function update() {
    var words = filters.text.value.toLowerCase().split(/\s+/).filter(Boolean), matches = 0, shown = [];
    var verdict = filters.verdict.value, look = filters.look.value, area = filters.area.value, rule = filters.rule.value;
    order.forEach(function (row) {
      var data = row.dataset;
      var fits = (!verdict || data.v === verdict) && (!rule || includes(data[filters.state.value], rule)) &&
        (!filters.owner || !filters.owner.value || same(data.o || "-", filters.owner.value)) &&
        (!filters.tag || !filters.tag.value || ("|" + (data.t || "") + "|").indexOf("|" + filters.tag.value + "|") >= 0) &&
        hasAge(data.a, filters.age.value) &&
        (!filters.unreadable.checked || "unreadable" in data) &&
        (!filters.changed || !filters.changed.checked || "changed" in data) &&
        words.every(function (word) { return text(row).indexOf(word) >= 0; });
      if (fits && (look || area)) {
        var from = firstArea + (+area), to = area ? from + 1 : firstArea + areas;
        fits = false;
        for (var index = from; index < to && !fits; index++) {
          fits = look ? hasLook(row.cells[index], look) : !row.cells[index].classList.contains("absent");
        }
      }
      if (row.hidden === fits) row.hidden = !fits;
      matches += fits;
      row.classList.toggle("beyond", fits && matches > limit);
      if (fits && matches <= limit) shown.push(row);
    });
    // Only visible rows are reordered: moving ten thousand rows takes seconds.
    if (order !== rows) body.append.apply(body, shown);
    table.classList.add("filtered");
    count.textContent = count.dataset.of.replace("{}", matches.toLocaleString(lang)).replace("{}", rows.length.toLocaleString(lang));
    more.hidden = matches <= limit;
    filters.state.disabled = !rule;
  }
  function restart() { limit = STEP; update(); }
  Object.keys(filters).forEach(function (name) { filters[name].addEventListener(name === "text" ? "input" : "change", restart); });
  function reset() {
    Object.keys(filters).forEach(function (name) {
      if (filters[name].type === "checkbox") filters[name].checked = false;
      else filters[name].value = name === "state" ? "f" : "";
    });
  }
  tools.querySelector(".all").addEventListener("click", function () { reset(); restart(); });
  more.querySelector("button").addEventListener("click", function () { limit += STEP; update(); });

  // The numbers at the top, and the problems, link to the accounts that they count.
  Array.prototype.forEach.call(document.querySelectorAll("[data-set]"), function (link) {
    link.addEventListener("click", function () { reset(); filters[link.dataset.set].value = link.dataset.to; restart(); });
  });

  // The first click sorts names from A, and every other column from the worst. Unknown values are the worst.
  var collator = new Intl.Collator(lang, {numeric: true});
  function key(row, column) {
    var cell = row.cells[column];
    if (heads[column].className === "verdict") return -row.position;
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
      var now = head.getAttribute("aria-sort"), ascending = now ? now === "descending" : column === 0;
      heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      var keyed = rows.map(function (row) { return [column ? key(row, column) : text(row), row]; });
      keyed.sort(function (one, two) {
        var compared = column ? (one[0] < two[0] ? -1 : one[0] > two[0] ? 1 : 0) : collator.compare(one[0], two[0]);
        return (ascending ? compared : -compared) || one[1].position - two[1].position;
      });
      order = keyed.map(function (pair) { return pair[1]; });
      update();
    });
  });

  window.addEventListener("beforeprint", function () { if (order !== rows) body.append.apply(body, order); });

  // Show the full text of a cell as its tooltip.
  body.addEventListener("mouseover", function (event) {
    var cell = event.target.closest("td.cell");
    if (cell && !cell.title) cell.title = heads[cell.cellIndex].textContent + ": " + cell.textContent;
  });
  update();
})();
