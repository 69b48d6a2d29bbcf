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
      var lat = found.coords.latitude.toFixed(3), lon = found.coords.longitude.toFixed(3);
      location.assign(location.pathname + "?lat=" + lat + "&lon=" + lon + "&datum=" + button.dataset.near);
    }, function () {
      button.disabled = false;
      if (said) said.hidden = false;
    }, { maximumAge: 300000, timeout: 10000 });
  });
})();
