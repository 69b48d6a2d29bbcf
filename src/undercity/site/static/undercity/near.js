// Fills in where the reader is, if he asks for it. The page works without.
(function () {
  "use strict";
  var button = document.querySelector("[data-near]");
  var said = document.querySelector("[data-near-said]");
  if (!button || !("geolocation" in navigator)) return;
  button.hidden = false;
  button.addEventListener("click", function () {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(function (found) {
      // A hundred metres are exact enough to find a place, and say less about the reader.
      // Whoever reports a problem is asked for its place, and sees the numbers before he sends them.
      var digits = Number(button.dataset.digits || 3);
      var lat = found.coords.latitude.toFixed(digits), lon = found.coords.longitude.toFixed(digits);
      if (button.dataset.fills) {
        var given = { lat: lat, lon: lon, datum: button.dataset.near };
        button.dataset.fills.split(" ").forEach(function (name) {
          var field = document.getElementById("id_" + name);
          field.value = given[name];
          var box = field.closest("details");
          if (box) box.open = true;
        });
        button.disabled = false;
        return;
      }
      var form = button.form;
      var asked = new URLSearchParams(form && form.method === "get" ? new FormData(form) : "");
      asked.delete("at");
      asked.set("lat", lat);
      asked.set("lon", lon);
      asked.set("datum", button.dataset.near);
      location.assign((form && form.method === "get" ? form.getAttribute("action") : location.pathname) + "?" + asked);
    }, function () {
      button.disabled = false;
      if (said) said.hidden = false;
    }, { maximumAge: 300000, timeout: 10000 });
  });
})();
