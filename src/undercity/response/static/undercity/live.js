// Asks again for the part of a page that changes. The page works without: it is loaded again by hand.
(function () {
  "use strict";
  var part = document.querySelector("[data-live]");
  var said = document.querySelector("[data-live-said]");
  if (!part) return;
  var every = Number(part.dataset.liveEvery || 5) * 1000, tag = "", missed = 0;

  function later() {
    // Each miss doubles the pause, up to a minute: a network that is down is not asked harder.
    setTimeout(ask, Math.min(60000, every * Math.pow(2, missed)));
  }

  function ask() {
    if (document.hidden || part.contains(document.activeElement)) return later();
    fetch(part.dataset.live, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store",
                               credentials: "same-origin" })
      .then(function (answer) {
        if (answer.status === 304) return null;
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        tag = answer.headers.get("ETag") || "";
        return answer.text();
      })
      .then(function (text) {
        missed = 0;
        if (said) said.hidden = true;
        if (text === null) return;
        var open = Array.prototype.map.call(part.querySelectorAll("details"), function (one) { return one.open; });
        part.innerHTML = text;
        Array.prototype.forEach.call(part.querySelectorAll("details"), function (one, nth) { one.open = !!open[nth]; });
      })
      .catch(function () {
        missed += 1;
        if (said) said.hidden = false;
      })
      .then(later);
  }

  later();
})();
