// The field's page: tasks, report, map and queue from what the phone keeps. Nothing here waits for the network.
(function () {
  "use strict";
  var store = undercity.store, send = undercity.send;
  var words = document.getElementById("field-words").dataset;
  var MAX = +words.photosMax, PHOTOS = "undercity-photos", PHOTOS_KEPT = 200;
  // Larger photos are made smaller before they are kept: a weak signal carries two megabytes, not eight.
  var LARGE = 3 * 1024 * 1024, LONGEST = 1920;
  var WAIT_FIRST_MS = 1000, WAIT_MOST_MS = 60000, SUGGESTED = 8;
  var day = null, who = null, queue = [], sent = [], net = "offline", wait = WAIT_FIRST_MS, timer = null, drawn = "", channel = null;

  function el(tag, attributes, children) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      var value = attributes[name];
      if (name.slice(0, 2) === "on") node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    });
    [].concat(children === undefined ? [] : children).forEach(function (child) {
      if (child !== null && child !== undefined && child !== false) node.append(child);
    });
    return node;
  }

  function byId(id) { return document.getElementById(id); }

  // What stays is not touched, so that whoever writes there keeps his place.
  function fill(id, children) {
    var box = byId(id), wanted = [].concat(children).filter(Boolean);
    Array.prototype.slice.call(box.childNodes).forEach(function (node) { if (wanted.indexOf(node) < 0) node.remove(); });
    wanted.forEach(function (node, place) {
      if (box.childNodes[place] !== node) box.insertBefore(node, box.childNodes[place] || null);
    });
  }

  function say(text, kind) {
    var line = el("li", { "class": kind || "success" }, text);
    byId("field-said").replaceChildren(line);
    setTimeout(function () { line.remove(); }, 6000);
  }

  function clock(iso) {
    var at = new Date(iso);
    function two(number) { return ("0" + number).slice(-2); }
    return two(at.getMonth() + 1) + "-" + two(at.getDate()) + " " + two(at.getHours()) + ":" + two(at.getMinutes());
  }

  // --- photos ---------------------------------------------------------------------------------------------------

  function smaller(file) {
    if (file.size <= LARGE || !("createImageBitmap" in window)) return Promise.resolve(file);
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
      var share = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      var canvas = el("canvas", { width: Math.round(picture.width * share), height: Math.round(picture.height * share) });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (resolve) { canvas.toBlob(function (blob) { resolve(blob || file); }, "image/jpeg", 0.85); });
    }).catch(function () { return file; });
  }

  // A small picture on a canvas, since the content policy knows no addresses of blobs.
  function thumb(photo) {
    var canvas = el("canvas", { width: 96, height: 96, role: "img", "aria-label": words.photo });
    if ("createImageBitmap" in window) {
      createImageBitmap(photo, { imageOrientation: "from-image" }).then(function (picture) {
        var share = Math.max(96 / picture.width, 96 / picture.height);
        canvas.getContext("2d").drawImage(picture, (96 - picture.width * share) / 2, (96 - picture.height * share) / 2, picture.width * share, picture.height * share);
      }).catch(function () {});
    }
    return canvas;
  }

  // A field that gathers photos one after another, as a camera gives them.
  function gatherer(label, changed) {
    var photos = [], shown = el("div", { "class": "thumbs" });
    var input = el("input", { type: "file", accept: "image/*", capture: "environment", "aria-label": label, onchange: function () {
      Promise.all(Array.prototype.slice.call(input.files, 0, MAX - photos.length).map(smaller)).then(function (more) {
        photos.push.apply(photos, more);
        input.value = "";
        show();
      });
    } });
    var asked = el("label", { "class": "button second take" }, [el("span", {}, label), input]);
    function show() {
      shown.replaceChildren.apply(shown, photos.map(function (photo, place) {
        return el("figure", {}, [thumb(photo), el("button", { type: "button", "class": "plain", "aria-label": words.remove + " " + (place + 1), onclick: function () { photos.splice(place, 1); show(); } }, words.remove)]);
      }));
      asked.hidden = photos.length >= MAX;
      asked.firstChild.textContent = photos.length ? words.addPhoto : label;
      if (changed) changed(photos);
    }
    return { node: el("div", { "class": "gather" }, [shown, asked]), photos: photos, asked: asked, clear: function () { photos.length = 0; show(); } };
  }

  // --- recording ------------------------------------------------------------------------------------------------

  // Saved means: written to the disk of this phone, photos and all. Only then is anything said.
  function record(doing, values, photos, about) {
    var before = queue.filter(function (row) { return row.subject && row.subject === about.subject && row.who === who; }).pop();
    var action = {
      key: store.uuid7(), who: who, doing: doing.code, label: doing.label, subject: about.subject || null,
      seen: about.version === undefined ? null : about.version, after: before ? before.key : null, title: about.title, values: values,
      shown: about.shown || [], photos: photos.length, doneAt: new Date().toISOString(), state: "waiting", tries: 0
    };
    return store.add(action, photos).then(look).then(function () {
      soon();
      return action.key;
    }, function (error) {
      say(words.notSaved + " " + (error && error.message || error), "error");
      throw error;
    });
  }

  function errorLine() { return el("p", { "class": "errors", role: "alert", hidden: true }); }

  function complain(line, text) { line.textContent = text; line.hidden = false; line.scrollIntoView({ block: "center" }); }

  function choiceField(field, name) {
    return el("fieldset", {}, [el("legend", {}, field.label), el("div", { "class": "picks" }, field.choices.map(function (choice) {
      return el("label", { "class": "pick" }, [el("input", { type: "radio", name: name, value: choice[0] }), el("span", {}, choice[1])]);
    }))]);
  }

  function inputField(field, id) {
    var input = field.kind === "text" ? el("textarea", { id: id, rows: 2, maxlength: field.most || null })
      : el("input", { id: id, type: "number", inputmode: "numeric", min: field.least, max: field.most });
    return { node: el("div", { "class": "field" }, [el("label", { "for": id }, [field.label, field.required ? null : el("small", {}, " " + words.optional)]), input]), input: input };
  }

  // A form from its fields as the server describes them: a new form of a room needs no line here.
  function formOf(doing, task) {
    var parts = [], error = errorLine();
    doing.fields.forEach(function (field) {
      var name = task.id + "-" + doing.code + "-" + field.name;
      if (field.kind === "photos") {
        // Before the picture there is nothing else to hit; with it, it makes room for the rest.
        var gathered = gatherer(field.label, task.huge ? function (photos) {
          gathered.asked.classList.toggle("first-tap", !photos.length);
          gathered.asked.classList.toggle("second", photos.length > 0);
        } : null);
        if (task.huge) gathered.asked.classList.replace("second", "first-tap");
        parts.push({ field: field, node: gathered.node, photos: gathered.photos });
      } else if (field.kind === "choice") {
        var set = choiceField(field, name);
        if (task.huge && field.choices.length === 1) set.querySelector("input").checked = true;
        if (task.places) nearestFirst(set, task.places);
        parts.push({ field: field, node: set, value: function () { var one = set.querySelector(":checked"); return one ? one.value : ""; } });
      } else {
        var made = inputField(field, name);
        parts.push({ field: field, node: made.node, value: function () {
          var text = made.input.value.trim();
          return field.kind === "text" || text === "" ? text : Number(text);
        } });
      }
    });
    // What belongs to an answer is seen with that answer only.
    function fit() {
      parts.forEach(function (part) {
        var beside = part.field.shown_with || part.field.shown_beyond;
        if (!beside) return;
        var other = parts.filter(function (one) { return one.field.name === beside[0]; })[0], value = other.value();
        part.node.hidden = part.field.shown_with ? beside[1].indexOf(value) < 0
          : typeof value !== "number" || !(beside[1] !== null && value < beside[1] || beside[2] !== null && value > beside[2]);
      });
    }
    function trouble(part) {
      if (part.node.hidden) return "";
      var field = part.field, value = part.photos ? part.photos.length || "" : part.value();
      if ((field.required || part.photos && field.least) && (value === "" || part.photos && part.photos.length < field.least)) return field.label + " " + words.missing;
      if (typeof value === "number" && !part.photos && field.least < field.most && !(value >= field.least && value <= field.most)) {
        return field.label + ": " + words.between + " " + field.least + " " + words.and + " " + field.most;
      }
      return "";
    }
    // A finger that taps twice records once.
    var busy = false, several = parts.filter(function (part) { return part.photos; }).length > 1;
    var form = el("form", { "class": "stack", novalidate: true, "data-doing": doing.code, onchange: fit, oninput: fit, onsubmit: function (event) {
      event.preventDefault();
      if (busy) return;
      var wrong = parts.map(trouble).filter(Boolean)[0];
      if (wrong) { complain(error, wrong); return; }
      error.hidden = true;
      var values = {}, photos = [], shown = [];
      parts.forEach(function (part) {
        if (part.photos) {
          if (part.node.hidden) return;
          photos = photos.concat(part.photos);
          if (several) values[part.field.name] = part.photos.length;
          return;
        }
        var value = part.node.hidden ? "" : part.value();
        values[part.field.name] = value === "" && part.field.kind !== "text" ? null : value;
        if (value !== "") {
          var chosen = part.field.choices.filter(function (choice) { return choice[0] === value; })[0];
          shown.push([part.field.label, String(chosen ? chosen[1] : value)]);
        }
      });
      if (doing.code === "case.remark" && !values.note && !photos.length) { complain(error, doing.fields[0].label + " " + words.missing); return; }
      busy = true;
      record(doing, values, photos, { subject: task.subject, version: task.version, title: task.title + (task.number ? " · " + task.number : ""), shown: shown })
        .then(function () { form.replaceWith(formOf(doing, task)); say(words.saved); }, function () { busy = false; });
    } }, parts.map(function (part) { return part.node; }).concat([error, task.huge ? el("div", { "class": "send-bar" }, el("button", { "class": "big full" }, doing.label)) : el("button", { "class": "big full" }, doing.label)]));
    fit();
    return form;
  }

  // --- at once: what wet hands do under a storm, one screen each ------------------------------------------------

  // Whoever keeps many places stands at one of them: it comes first as soon as the phone knows where it is.
  function nearestFirst(set, places) {
    here(function (found) {
      var picks = set.querySelector(".picks");
      function away(label) {
        var at = places[label.querySelector("input").value], across = Math.cos(found.coords.latitude * Math.PI / 180);
        return Math.hypot(at[0] - found.coords.latitude, (at[1] - found.coords.longitude) * across);
      }
      Array.prototype.slice.call(picks.children).sort(function (one, other) { return away(one) - away(other); }).forEach(function (label) { picks.append(label); });
    }, function () {});
  }

  function atOnce(quick) {
    var body = el("div", { "class": "stack" });
    var about = { id: "quick-" + quick.form.code, subject: null, version: null, title: quick.title, number: "", huge: true, places: quick.places };
    var box = el("details", { "class": "card task", "data-quick": quick.form.code, ontoggle: function () {
      if (box.open && !body.childNodes.length) {
        body.append(formOf(quick.form, about));
      }
    } }, [el("summary", {}, [el("strong", {}, quick.title), el("span", { "class": "address" }, quick.words)]), body]);
    box.asked = JSON.stringify(quick);
    return box;
  }

  // --- tasks ----------------------------------------------------------------------------------------------------

  // The city's moment: a sample city's clock runs on an offset, and a phone's may be wrong.
  function cityNow() { return Date.now() + (day ? day.offset : 0); }

  function lightOf(task) {
    var late = task.due && new Date(task.due).getTime() < cityNow();
    return el("span", { "class": "light " + (late ? "red" : task.light) }, late ? words.late : task.due ? words.due + " " + clock(task.due) : task.kind);
  }

  function pending(subject) {
    return queue.filter(function (row) { return row.subject === subject && row.who === who && row.doing !== "case.remark"; })[0];
  }

  function openTasks() {
    return day ? day.tasks.filter(function (task) {
      return !sent.some(function (one) { return one.subject === task.subject && one.at > day.fetched && one.doing !== "case.remark"; });
    }) : [];
  }

  function taskBody(task) {
    var children = [];
    if (task.words) children.push(el("p", {}, task.words));
    if (task.facts.length) {
      children.push(el("dl", { "class": "pairs" }, [].concat.apply([], task.facts.map(function (pair) { return [el("dt", {}, pair[0]), el("dd", {}, pair[1])]; }))));
    }
    if (task.photos.length) {
      children.push(el("div", { "class": "photos" }, task.photos.map(function (url) { return el("img", { src: url, alt: words.photo, width: 144, height: 108 }); })));
    }
    var waits = pending(task.subject);
    if (waits) {
      children.push(el("p", { "class": "notice good" }, [words.recorded + " · " + waits.label + " ", el("a", { href: "#queue" }, byId("queue-h").textContent)]));
    }
    task.forms.forEach(function (doing, place) {
      if (waits && place === 0) return;
      children.push(place === 0 ? formOf(doing, task) : el("details", { "class": "move" }, [el("summary", {}, doing.label), formOf(doing, task)]));
    });
    children.push(el("p", { "class": "hint" }, el("a", { href: task.href }, words.open)));
    return children;
  }

  function showTasks() {
    var tasks = openTasks();
    byId("count-tasks").textContent = tasks.length || "";
    // Somebody is writing in there: his words stay, and the list is drawn anew when something in it changed.
    var state = JSON.stringify([who, net === "signed-out", day && day.at, tasks.map(function (task) { var row = pending(task.subject); return [task.id, task.version, row && row.key]; })]);
    if (state === drawn) return;
    var open = Array.prototype.map.call(document.querySelectorAll("#field-tasks details[open][data-task]"), function (one) { return one.dataset.task; });
    var kept = {};
    document.querySelectorAll("#field-tasks details[data-task]").forEach(function (one) { kept[one.dataset.task] = one; });
    drawn = state;
    if (!day) { fill("field-tasks", el("p", { "class": "empty" }, words.nobody)); return; }
    var quick = (day.quick || []).map(function (one) { 
      var kept = document.querySelector("[data-quick='" + one.form.code + "']");
      return kept && kept.asked === JSON.stringify(one) ? kept : atOnce(one);
    });
    fill("field-tasks", [el("p", { "class": "hint" }, words.asOf + " " + clock(day.at))].concat(quick, tasks.length ? null : el("p", { "class": "empty" }, words.none), tasks.map(function (task) {
      var row = pending(task.subject), form = task.version + (row ? row.key : "");
      if (kept[task.id] && kept[task.id].dataset.form === form) return kept[task.id];
      var body = el("div", { "class": "stack" });
      var box = el("details", { "class": "card task", "data-task": task.id, "data-form": form, "data-subject": task.subject, ontoggle: function () {
        if (box.open && !body.childNodes.length) body.append.apply(body, taskBody(task));
      } }, [el("summary", {}, [el("strong", {}, task.title), el("span", { "class": "address" }, task.where),
        el("span", { "class": "facts" }, [lightOf(task), el("span", { "class": "tag" }, task.kind), row ? el("span", { "class": "tag" }, row.state === "refused" ? words.needsYou : words.recorded) : null])]), body]);
      if (open.indexOf(task.id) >= 0 && !row) box.open = true;
      return box;
    })));
  }

  // --- map ------------------------------------------------------------------------------------------------------

  var SVG = "http://www.w3.org/2000/svg";

  function xy(sheet, lat, lon) {
    var scale = sheet.width / ((sheet.east - sheet.west) * Math.cos((sheet.south + sheet.north) / 2 * Math.PI / 180));
    return [(lon - sheet.west) / (sheet.east - sheet.west) * sheet.width, (sheet.north - lat) * scale];
  }

  function latLon(sheet, x, y) {
    var scale = sheet.width / ((sheet.east - sheet.west) * Math.cos((sheet.south + sheet.north) / 2 * Math.PI / 180));
    return [sheet.north - y / scale, sheet.west + x / sheet.width * (sheet.east - sheet.west)];
  }

  function mapOf(sheet, pins, touched) {
    var frame = el("div", { "class": "frame" });
    // The server's own drawing: paths and names, nothing else.
    frame.innerHTML = '<svg viewBox="0 0 ' + sheet.width + " " + sheet.height + '" role="img">' + sheet.ground + sheet.words + "</svg>";
    var svg = frame.firstChild;
    svg.setAttribute("aria-label", words.mapLabel);
    function put(lat, lon, kind, label, chosen) {
      var at = xy(sheet, lat, lon), pin = document.createElementNS(SVG, "circle");
      [["class", "pin " + kind], ["cx", at[0]], ["cy", at[1]], ["r", 9]].forEach(function (pair) { pin.setAttribute(pair[0], pair[1]); });
      if (label) pin.appendChild(document.createElementNS(SVG, "title")).textContent = label;
      if (chosen) pin.addEventListener("click", chosen);
      svg.appendChild(pin);
      return pin;
    }
    pins.forEach(function (pin) { put(pin.lat, pin.lon, pin.kind, pin.label, pin.chosen); });
    if (touched) {
      var mark = null;
      svg.addEventListener("click", function (event) {
        var box = svg.getBoundingClientRect();
        var at = latLon(sheet, (event.clientX - box.left) / box.width * sheet.width, (event.clientY - box.top) / box.height * sheet.height);
        if (mark) mark.remove();
        mark = put(at[0], at[1], "on", "");
        touched(at[0], at[1]);
      });
    }
    return el("figure", { "class": "map" }, [frame, el("figcaption", {}, words.schematic + " " + (sheet.licence || ""))]);
  }

  function here(found, failed) {
    if (!("geolocation" in navigator)) { failed(); return; }
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 });
  }

  function showMap() {
    if (!day) { fill("field-map", el("p", { "class": "empty" }, words.nobody)); return; }
    function draw(own) {
      fill("field-map", mapOf(day.map, openTasks().filter(function (task) { return task.lat !== null; }).map(function (task) {
        return { lat: task.lat, lon: task.lon, kind: "case", label: task.title + " · " + task.where, chosen: function () {
          location.hash = "#tasks";
          var box = document.querySelector("[data-task='" + task.id + "']");
          box.open = true;
          box.scrollIntoView();
        } };
      }).concat(own ? [{ lat: own.coords.latitude, lon: own.coords.longitude, kind: "on", label: words.here }] : [])));
    }
    draw(null);
    here(draw, function () {});
  }

  // --- report: photo, kind, send --------------------------------------------------------------------------------

  // Which kinds come first: what this inspector used on this phone, then what the server knows of the post. Another
  // source (a look at the photo, the words, the place) takes the place of this one function; it gives codes, best first.
  undercity.suggest = function (asked) {
    return store.word("used-" + asked.who).then(function (used) {
      var own = Object.keys(used || {}).sort(function (one, other) { return used[other].count - used[one].count || used[other].last - used[one].last; });
      return own.concat(asked.often);
    });
  };

  function used(code) {
    return store.word("used-" + who).then(function (known) {
      known = known || {};
      known[code] = { count: (known[code] ? known[code].count : 0) + 1, last: Date.now() };
      return store.keepWord("used-" + who, known);
    });
  }

  function showReport() {
    if (!day || !day.report) { fill("field-report", el("p", { "class": "empty" }, day ? words.none : words.nobody)); return; }
    var busy = false, given = { category: "", lat: null, lon: null, how: "" }, error = errorLine(), names = {};
    day.report.categories.forEach(function (one) { names[one[0]] = one[1]; });
    var second = el("div", { "class": "stack", hidden: true });
    var place = el("p", { "class": "hint", role: "status" }, words.seeking + "…");
    var gathered = gatherer(words.take, function (photos) { if (photos.length) begin(); });
    gathered.asked.classList.replace("second", "first-tap");
    var without = el("button", { type: "button", "class": "plain", onclick: begin }, words.without);
    var grid = el("div", { "class": "kinds" });
    var all = el("select", { id: "report-kind", onchange: function () { if (all.value) choose(all.value); } }, [el("option", { value: "" }, words.choose)].concat(day.report.categories.map(function (one) {
      return el("option", { value: one[0] }, one[1] + (one[2] ? " · " + one[2] : ""));
    })));
    var area = el("select", { id: "report-area" }, [el("option", { value: "" }, words.choose)].concat(day.report.areas.map(function (one) { return el("option", { value: one[0] }, one[1]); })));
    if (day.report.areas.length === 1) area.value = day.report.areas[0][0];
    var address = el("input", { id: "report-address", maxlength: 300, autocomplete: "off" });
    var text = el("textarea", { id: "report-text", rows: 2, maxlength: 2000 });
    var more = el("details", { "class": "move" }, [el("summary", {}, words.where), el("div", { "class": "stack" }, [
      el("div", { "class": "field" }, [el("label", { "for": "report-area" }, words.area), area]),
      el("div", { "class": "field" }, [el("label", { "for": "report-address" }, words.address), address]),
      el("p", { "class": "hint" }, words.touch),
      mapOf(day.map, [], function (lat, lon) { given.lat = lat; given.lon = lon; given.how = "map"; place.textContent = words.onMap; })])]);
    var sendButton = el("button", { "class": "big full" }, words.send);

    function choose(code) {
      given.category = code;
      error.hidden = true;
      grid.querySelectorAll("button").forEach(function (button) { button.setAttribute("aria-pressed", button.value === code ? "true" : "false"); });
      sendButton.textContent = words.send + ": " + names[code];
      sendButton.scrollIntoView({ block: "nearest" });
    }

    function begin() {
      if (!second.hidden) return;
      second.hidden = false;
      without.hidden = true;
      gathered.asked.classList.replace("first-tap", "second");
      undercity.suggest({ who: who, photo: gathered.photos[0] || null, lat: given.lat, lon: given.lon, often: day.report.often }).catch(function () { return day.report.often; }).then(function (codes) {
        codes.filter(function (code, at) { return names[code] && codes.indexOf(code) === at; }).slice(0, SUGGESTED).forEach(function (code) {
          grid.append(el("button", { type: "button", "class": "second kind", value: code, "aria-pressed": "false", onclick: function () { choose(code); } }, names[code]));
        });
      });
    }

    function submit(event) {
      event.preventDefault();
      if (busy) return;
      if (!given.category) { complain(error, words.noWhat); return; }
      if (given.lat === null && !area.value && !address.value.trim()) { more.open = true; complain(error, words.noWhere); return; }
      if (!gathered.photos.length && !text.value.trim()) { complain(error, words.words + " " + words.missing); return; }
      var values = { category: given.category, text: text.value.trim(), address: address.value.trim(), area: area.value, lat: given.lat, lon: given.lon, datum: "wgs84" };
      var code = given.category;
      busy = true;
      record(day.report.form, values, gathered.photos, { title: names[code], shown: [[words.what, names[code]]].concat(values.text ? [[words.words, values.text]] : [], place.textContent ? [[words.where, place.textContent]] : []) })
        .then(function () { return used(code); }).then(function () {
          showReport();
          say(words.saved);
        }, function () { busy = false; });
    }

    second.append(el("p", { "class": "field-ask" }, words.what), grid,
      el("div", { "class": "field" }, [el("label", { "for": "report-kind" }, words.more), all]),
      el("div", { "class": "field" }, [el("label", { "for": "report-text" }, [words.words, el("small", {}, " " + words.optional)]), text]),
      place, more, error, el("div", { "class": "send-bar" }, sendButton));
    fill("field-report", el("form", { "class": "stack", novalidate: true, onsubmit: submit }, [gathered.node, without, second]));
    here(function (found) {
      if (given.how) return;
      given.lat = found.coords.latitude;
      given.lon = found.coords.longitude;
      given.how = "device";
      place.textContent = words.here + " ±" + Math.round(found.coords.accuracy) + " m";
    }, function () {
      if (given.how) return;
      place.textContent = words.noPosition;
      if (!area.value) more.open = true;
    });
  }

  // --- queue ----------------------------------------------------------------------------------------------------

  function pairs(rows) {
    return el("dl", { "class": "pairs" }, [].concat.apply([], rows.map(function (pair) { return [el("dt", {}, pair[0]), el("dd", {}, pair[1])]; })));
  }

  // The phone's moment as the city counts it, so that both sides can be compared.
  function cityTime(ms) { return clock(new Date(ms + (day ? day.offset : 0)).toISOString()); }

  function when(row) { return el("p", { "class": "hint" }, row.label + " · " + cityTime(Date.parse(row.doneAt))); }

  function again(row, changes) {
    return store.mark(row.key, Object.assign({ state: "waiting", error: null }, changes)).then(look).then(soon);
  }

  function discard(row) {
    return el("details", { "class": "confirm" }, [el("summary", {}, words.discard), el("p", {}, words.discardSure),
      el("button", { type: "button", "data-discard": row.key, onclick: function () { store.drop(row.key).then(look); } }, words.discardYes)]);
  }

  function asRemark(row) {
    var text = [row.label].concat(row.shown.map(function (pair) { return pair[0] + ": " + pair[1]; })).join("\n");
    return store.photos(row.key).then(function (photos) {
      var remark = Object.assign({}, row, { key: store.uuid7(), doing: "case.remark", label: words.asRemark, values: { note: text.slice(0, 2000) }, shown: [[words.words, text]], seen: null, after: null, state: "waiting", error: null, tries: 0, unsure: false });
      return store.replace(row.key, remark, photos);
    }).then(look).then(soon);
  }

  function photoRemedies(row, error) {
    var nth = (error.details && error.details.photo || 1) - 1;
    function change(photos) { return store.replace(row.key, Object.assign({}, row, { photos: photos.length, state: "waiting", error: null }), photos).then(look).then(soon); }
    var input = el("input", { type: "file", accept: "image/*", capture: "environment", "aria-label": words.otherPhoto, onchange: function () {
      if (!input.files[0]) return;
      Promise.all([smaller(input.files[0]), store.photos(row.key)]).then(function (found) { found[1].splice(nth, 1, found[0]); return change(found[1]); });
    } });
    return [el("label", { "class": "button take" }, [el("span", {}, words.otherPhoto), input]),
      row.photos > 0 && error.details && error.details.photo ? el("button", { type: "button", "class": "second", onclick: function () {
        store.photos(row.key).then(function (photos) { photos.splice(nth, 1); return change(photos); });
      } }, words.leaveOut) : null];
  }

  function refusedCard(row) {
    var error = row.error || {}, now = error.details && error.details.now, allowed = now ? now.allowed : [];
    function may(code) { return allowed.some(function (one) { return one.code === code; }); }
    var pictures = el("div", { "class": "thumbs" });
    store.photos(row.key).then(function (photos) { photos.forEach(function (photo) { pictures.append(thumb(photo)); }); });
    var mine = el("div", {}, [el("h4", {}, words.you), when(row), pairs(row.shown), pictures]);
    var theirs = now ? el("div", {}, [el("h4", {}, words.now), el("p", {}, el("span", { "class": "tag" }, now.state_label)),
      el("ul", { "class": "changes" }, now.changes.map(function (change) { return el("li", {}, clock(change.at) + " " + change.what + (change.who ? " · " + change.who : "")); })),
      el("p", { "class": "hint" }, allowed.length ? words.allowed + ": " + allowed.map(function (one) { return one.label; }).join(", ") : words.nothingAllowed)]) : null;
    return el("article", { "class": "card refused", "data-key": row.key }, [
      el("h3", {}, [row.title + " ", el("span", { "class": "tag warn" }, words.needsYou)]),
      el("p", { "class": "errors" }, error.code === "too_large" && !error.message ? words.tooLarge : (error.message || "") + " " + (error.remedy || "")),
      el("div", { "class": "beside" }, [mine, theirs]),
      el("div", { "class": "stack" }, [].concat(
        error.field === "photos" ? photoRemedies(row, error) : [],
        now && may(row.doing) ? el("button", { type: "button", "data-choice": "again", onclick: function () { again(row, { seen: now.version, after: null }); } }, words.allTheSame) : null,
        now && may("case.remark") && row.doing !== "case.remark" ? el("button", { type: "button", "class": "second", "data-choice": "remark", onclick: function () { asRemark(row); } }, words.asRemark) : null,
        !now && error.field !== "photos" ? el("button", { type: "button", "class": "second", onclick: function () { again(row, {}); } }, words.again) : null)),
      discard(row)]);
  }

  function waitingCard(row) {
    return el("article", { "class": "card waiting", "data-key": row.key }, [el("h3", {}, row.title), when(row), pairs(row.shown),
      el("p", { "class": "facts" }, [el("span", { "class": "tag" }, words.waiting), row.photos ? el("span", { "class": "tag" }, words.photo + " " + row.photos) : null, row.tries ? el("span", { "class": "tag" }, words.tries + " " + row.tries) : null]),
      // What may have arrived already cannot be taken back here.
      row.unsure ? null : discard(row)]);
  }

  function showQueue() {
    var mine = queue.filter(function (row) { return row.who === who; }), others = queue.length - mine.length;
    byId("count-queue").textContent = queue.length || "";
    var open = document.querySelector("#field-queue details[open], #field-queue input:focus");
    if (open && document.querySelector("#field-queue [data-key='" + (open.closest("[data-key]") || { dataset: {} }).dataset.key + "']") && mine.some(function (row) { return row.key === (open.closest("[data-key]") || { dataset: {} }).dataset.key; })) return;
    fill("field-queue", [
      net === "signed-out" ? el("div", { "class": "notice" }, [words.signInWhy + " ", el("a", { href: words.signin }, words.signIn)]) : null,
      others ? el("p", { "class": "notice" }, others + " · " + words.others) : null,
      mine.length ? el("button", { type: "button", "class": "second", id: "send-now", onclick: now }, words.sendNow) : others ? null : el("p", { "class": "empty" }, words.queueNone)
    ].concat(mine.filter(function (row) { return row.state === "refused"; }).map(refusedCard),
      mine.filter(function (row) { return row.state !== "refused"; }).map(waitingCard),
      sent.length ? [el("h3", {}, words.sentTitle), el("ul", { "class": "rows card" }, sent.filter(function (one) { return one.who === who; }).sort(function (one, other) { return other.at - one.at; }).slice(0, 30).map(function (one) {
        return el("li", {}, [el("a", { href: one.href }, one.number), " " + (one.title || "") + " · " + one.label + " ", el("small", {}, cityTime(one.at))]);
      }))] : []));
  }

  // --- signal ---------------------------------------------------------------------------------------------------

  function showNet() {
    var said = { online: ["green", words.online], offline: ["yellow", words.offline], sending: ["green", words.sending], "signed-out": ["red", words.signedOut] }[net];
    byId("field-net").className = "light " + said[0];
    byId("field-net").textContent = said[1];
    byId("field-who").textContent = day ? day.title : "";
  }

  function look() {
    return Promise.all([store.queue(), store.sent()]).then(function (found) {
      queue = found[0];
      sent = found[1];
      showNet();
      showTasks();
      showQueue();
    });
  }

  function keepPhotos() {
    if (!("caches" in window) || !day) return Promise.resolve();
    var wanted = [].concat.apply([], day.tasks.map(function (task) { return task.photos; })).slice(0, PHOTOS_KEPT);
    return caches.open(PHOTOS).then(function (cache) {
      return cache.keys().then(function (known) {
        var paths = known.map(function (request) { return new URL(request.url).pathname; });
        known.forEach(function (request, place) { if (wanted.indexOf(paths[place]) < 0) cache.delete(request); });
        return wanted.filter(function (url) { return paths.indexOf(url) < 0; }).reduce(function (before, url) {
          return before.then(function () { return cache.add(url); }).catch(function () {});
        }, Promise.resolve());
      });
    });
  }

  function refresh() {
    return send.ask("/field/today.json", { headers: { Accept: "application/json" } }).then(function (answer) {
      if (answer.status === 401) { net = "signed-out"; return look(); }
      if (answer.status !== 200 || !answer.said || !answer.said.who) throw new Error("unreachable");
      day = Object.assign(answer.said, { fetched: Date.now(), offset: new Date(answer.said.at).getTime() - Date.now() });
      var first = who !== day.who;
      who = day.who;
      net = "online";
      return store.keepDay(day).then(look).then(function () {
        keepPhotos().then(function () { document.documentElement.dataset.photosKept = "yes"; });
        if (first || !byId("field-report").childNodes.length) showReport();
      });
    }).catch(function () { net = "offline"; showNet(); });
  }

  function soon() {
    if ("serviceWorker" in navigator) {
      navigator.serviceWorker.ready.then(function (worker) { return worker.sync && worker.sync.register("undercity-field"); }).catch(function () {});
    }
    wait = WAIT_FIRST_MS;
    now();
  }

  function now() {
    clearTimeout(timer);
    timer = null;
    return send.run(function (session) { net = session.who === who ? "sending" : "online"; showNet(); }).then(function (end) {
      if (end.state === "empty") return end;
      net = end.state === "unreachable" ? "offline" : end.state === "signed-out" ? "signed-out" : end.state === "busy" ? net : "online";
      return look().then(function () {
        var left = queue.some(function (row) { return row.who === who && row.state !== "refused"; });
        if (left && end.state !== "signed-out" && end.state !== "other") {
          // Every phone its own moment, or a station full of them would come back all at once.
          if (timer === null) timer = setTimeout(now, wait * (0.75 + Math.random() / 2));
          wait = end.sent ? WAIT_FIRST_MS : Math.min(wait * 2, WAIT_MOST_MS);
        } else if (end.sent) {
          return refresh();
        }
        return end;
      });
    });
  }

  function come() { wait = WAIT_FIRST_MS; refresh().then(now); }

  function turn() {
    var names = ["tasks", "report", "map", "queue"], chosen = names.indexOf(location.hash.slice(1)) >= 0 ? location.hash.slice(1) : "tasks";
    names.forEach(function (name) { byId(name).hidden = name !== chosen; });
    document.querySelectorAll(".dock a").forEach(function (link) {
      if (link.hash === "#" + chosen) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    });
    if (chosen === "map") showMap();
    if (chosen === "report" && !byId("field-report").childNodes.length) showReport();
    byId("main").scrollTop = 0;
  }

  function begin() {
    if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js").catch(function () {});
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(function () {});
    if ("BroadcastChannel" in window) {
      channel = new BroadcastChannel("undercity-field");
      channel.onmessage = look;
    }
    store.word("who").then(function (known) {
      who = known || null;
      return who ? store.day(who) : null;
    }).then(function (kept) {
      day = kept || null;
      return look();
    }).then(function () {
      turn();
      showReport();
      document.documentElement.dataset.field = "ready";
      store.forgetSent();
      come();
    });
    window.addEventListener("hashchange", turn);
    window.addEventListener("online", come);
    window.addEventListener("offline", function () { net = "offline"; showNet(); });
    document.addEventListener("visibilitychange", function () { if (!document.hidden) come(); });
    setInterval(function () { if (!document.hidden && !timer) now(); }, WAIT_MOST_MS);
  }

  undercity.field = { record: record, look: look };
  begin();
}());
