// Keys on lists: j and k move between rows, Enter opens. Everything works without it.
(function () {
  "use strict";
  var links = Array.prototype.map.call(document.querySelectorAll("[data-row]"), function (row) {
    return row.querySelector("a[href]");
  }).filter(Boolean);
  function busy(target) {
    return target && (/^(INPUT|SELECT|TEXTAREA|BUTTON)$/.test(target.tagName) || target.isContentEditable);
  }
  document.addEventListener("keydown", function (event) {
    if (!links.length || event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) { return; }
    var step = { j: 1, k: -1 }[event.key];
    if (!step) { return; }
    var at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + step))].focus();
    event.preventDefault();
  });
}());
