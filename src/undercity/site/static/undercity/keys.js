// Keys on lists: j and k move between rows, Enter opens, x ticks. On the shift desk the key of an answer chooses it.
// Everything works without it.
(function () {
  "use strict";
  var links = Array.prototype.map.call(document.querySelectorAll("[data-row]"), function (row) {
    return row.querySelector("a[href]");
  }).filter(Boolean);
  var opened = Date.now();
  function typing(target) {
    return target && (/^(SELECT|TEXTAREA)$/.test(target.tagName) || target.isContentEditable ||
      (target.tagName === "INPUT" && !/^(radio|checkbox)$/.test(target.type)));
  }
  function choose(answer) {
    if (answer.hasAttribute("data-press")) { answer.click(); return; }
    answer.checked = true;
    var next = answer.dataset.then && document.getElementById(answer.dataset.then);
    (next || answer).focus();
  }
  function move(step) {
    var row = document.activeElement.closest && document.activeElement.closest("[data-row]");
    var at = row ? links.indexOf(row.querySelector("a[href]")) : -1;
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + step))].focus();
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    // A key held down, or pressed twice, must not decide a case nobody has seen yet.
    if (event.key === "Enter" && document.querySelector("[data-answers]") && (event.repeat || Date.now() - opened < 300)) {
      event.preventDefault();
      return;
    }
    if (typing(event.target)) { return; }
    var answer = /^[a-z0-9]$/.test(event.key) && document.querySelector('[data-key="' + event.key + '"]');
    var row = event.target.closest && event.target.closest("[data-row]");
    var box = row && row.querySelector("input[type=checkbox]");
    var step = { j: 1, k: -1 }[event.key];
    if (answer) {
      choose(answer);
    } else if (event.key === "x" && box) {
      box.click();
    } else if (step && links.length) {
      move(step);
    } else {
      return;
    }
    event.preventDefault();
  });
}());
