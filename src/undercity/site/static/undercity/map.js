// Makes the drawn map a movable one. The list beside it is the data; without script the drawing stays.
(function () {
  "use strict";
  var figures = document.querySelectorAll("[data-map]");
  if (!figures.length || !document.querySelector(".split")) return;

  function load(tag, attributes, done) {
    var element = document.createElement(tag);
    Object.keys(attributes).forEach(function (name) { element[name] = attributes[name]; });
    element.onload = done;
    document.head.appendChild(element);
  }

  function words(feature) {
    return feature.properties[document.documentElement.lang === "en" ? "en" : "zh"];
  }

  function ground(map, features) {
    L.geoJSON(features, {
      interactive: false,
      style: function (feature) { return { className: feature.properties.kind }; },
      pointToLayer: function (feature, at) {
        return L.circleMarker(at, { radius: feature.properties.kind === "hill" ? 7 : 3, className: feature.properties.kind, interactive: false });
      },
      onEachFeature: function (feature, layer) {
        var kind = feature.properties.kind;
        if (kind === "street" || kind === "road") return;
        layer.bindTooltip(words(feature), { permanent: true, direction: { hill: "bottom", spring: "top" }[kind] || "center", className: kind === "area" || kind === "river" ? "place-name" : "place-name fine", interactive: false });
      }
    }).addTo(map);
  }

  // Every point with its two nearest neighbours within three kilometres, as the server draws it.
  function net(map, rows) {
    var drawn = {};
    rows.forEach(function (row, index) {
      rows.map(function (other, at) { return [map.distance(row.at, other.at), at]; })
        .filter(function (pair) { return pair[1] !== index && pair[0] <= 3000; })
        .sort(function (a, b) { return a[0] - b[0]; }).slice(0, 2).forEach(function (pair) {
          var key = Math.min(index, pair[1]) + "-" + Math.max(index, pair[1]);
          if (drawn[key]) return;
          drawn[key] = true;
          L.polyline([row.at, rows[pair[1]].at], { className: "link", interactive: false }).addTo(map);
        });
    });
  }

  function short(count) { return count < 1000 ? String(count) : Math.floor(count / 1000) + "k"; }

  function pins(map, rows, numbered) {
    var number = 0;
    rows.forEach(function (row) {
      var here = / here$/.test(row.kind);
      if (!here) number += 1;
      var kinds = row.kind.split(" ").map(function (kind) { return kind === "shut" ? "shut-pin" : kind; });
      var pin = L.circleMarker(row.at, { radius: row.count ? Math.min(11 + 4 * Math.log10(row.count), 24) : here ? 6 : numbered || rows.length === 1 ? 9 : rows.length > 60 ? 4 : 6, className: ["pin"].concat(kinds).join(" ") }).addTo(map);
      var box = document.createElement("div");
      var link = row.element.querySelector("a[href]");
      if (link && !here) {
        box.appendChild(link.cloneNode(false)).textContent = row.label;
      } else {
        box.textContent = row.label;
      }
      pin.bindPopup(box);
      if (row.count || numbered && !here) pin.bindTooltip(row.count ? short(row.count) : String(number), { permanent: true, direction: "center", className: "pin-number" });
      function mark(on) {
        row.element.classList.toggle("lit", on);
        if (pin.getElement()) pin.getElement().classList.toggle("on", on);
        if (on) pin.bringToFront();
      }
      ["focusin", "mouseenter"].forEach(function (name) { row.element.addEventListener(name, function () { mark(true); }); });
      ["focusout", "mouseleave"].forEach(function (name) { row.element.addEventListener(name, function () { mark(false); }); });
      pin.on("mouseover", function () { mark(true); }).on("mouseout", function () { mark(false); });
      // The list already gives every pin to the keyboard; a second stop for each would only be in the way.
      if (pin.getElement()) pin.getElement().setAttribute("tabindex", "-1");
    });
  }

  function begin(figure, features) {
    var frame = figure.querySelector(".frame");
    var box = figure.dataset.box.split(",").map(Number);
    var rows = Array.prototype.map.call(figure.closest(".split").querySelectorAll("[data-lat]"), function (element) {
      return { element: element, at: L.latLng(+element.dataset.lat, +element.dataset.lon), kind: element.dataset.kind || "", count: +element.dataset.count || 0, label: element.dataset.label || "" };
    });
    var stage = document.createElement("div");
    stage.className = "stage-map";
    frame.appendChild(stage);
    frame.classList.add("live");
    var map = L.map(stage, { zoomSnap: 0.25, scrollWheelZoom: false, attributionControl: !!figure.dataset.credit });
    if (map.attributionControl) map.attributionControl.setPrefix(false);
    map.on("zoomend", function () { stage.classList.toggle("far", map.getZoom() < 11.8); });
    map.fitBounds([[box[0], box[1]], [box[2], box[3]]]);
    if (figure.dataset.tiles) {
      // A second address, after a space, is laid over the first: the names of 天地图 are a layer of their own.
      figure.dataset.tiles.split(/\s+/).forEach(function (address) {
        L.tileLayer(address, { attribution: figure.dataset.credit }).addTo(map);
      });
    } else {
      ground(map, features);
    }
    if (figure.dataset.tap) {
      // A tap is enough: to a thousandth of a degree, some hundred metres.
      map.on("click", function (event) {
        location.assign(figure.dataset.tap + "lat=" + event.latlng.lat.toFixed(3) + "&lon=" + event.latlng.lng.toFixed(3));
      });
      stage.style.cursor = "pointer";
    }
    if (frame.classList.contains("below")) net(map, rows);
    pins(map, rows, rows.length > 1 && !!figure.closest(".split").querySelector(".numbered"));
    map.on("click", function () { map.scrollWheelZoom.enable(); });
  }

  function upgrade(figure) {
    load("link", { rel: "stylesheet", href: figure.dataset.style }, function () {
      load("script", { src: figure.dataset.leaflet }, function () {
        fetch(figure.dataset.schematic).then(function (answer) { return answer.json(); })
          .then(function (features) { begin(figure, features); });
      });
    });
  }

  Array.prototype.forEach.call(figures, function (figure) {
    if (figure.closest(".split")) upgrade(figure);
  });
})();
