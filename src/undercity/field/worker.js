// Serves the field's page and what belongs to it without network. The queue lies in IndexedDB and is none of its business:
// a new version takes the place of the old files only. The server puts SHELL before these lines.
(function () {
  "use strict";
  importScripts.apply(null, SHELL.scripts);
  var CACHE = "undercity-field-" + SHELL.version;
  var PHOTOS = "undercity-photos";
  // A phone with one bar waits no longer for a page it has.
  var PATIENCE = 4000;

  self.addEventListener("install", function (event) {
    event.waitUntil(caches.open(CACHE).then(function (cache) {
      return cache.addAll([SHELL.page].concat(SHELL.files).map(function (url) { return new Request(url, { cache: "reload" }); }));
    }).then(function () { return self.skipWaiting(); }));
  });

  self.addEventListener("activate", function (event) {
    event.waitUntil(caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) {
        return name.indexOf("undercity-field-") === 0 && name !== CACHE;
      }).map(function (name) { return caches.delete(name); }));
    }).then(function () { return self.clients.claim(); }));
  });

  function kept(request) {
    return caches.match(request, { ignoreSearch: true, ignoreVary: true });
  }

  // The newest page, if it comes in time and belongs to these files; else the one that was kept.
  function page(request) {
    var fresh = fetch(request).then(function (answer) {
      if (answer.ok && !answer.redirected && answer.headers.get("X-Field-Version") === SHELL.version) {
        var copy = answer.clone();
        caches.open(CACHE).then(function (cache) { return cache.put(SHELL.page, copy); }).catch(function () {});
      }
      return answer;
    });
    var late = new Promise(function (resolve) { setTimeout(resolve, PATIENCE); });
    return Promise.race([fresh, late]).catch(function () {}).then(function (answer) {
      if (answer && answer.status < 500) return answer;
      return kept(SHELL.page).then(function (found) { return found || fresh; });
    });
  }

  self.addEventListener("fetch", function (event) {
    var url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
    if (event.request.mode === "navigate") {
      if (url.pathname === SHELL.page) event.respondWith(page(event.request));
      return;
    }
    if (SHELL.files.indexOf(url.pathname) >= 0) {
      event.respondWith(kept(event.request).then(function (found) { return found || fetch(event.request); }));
    } else if (/\.jpg$/.test(url.pathname)) {
      event.respondWith(caches.open(PHOTOS).then(function (cache) { return cache.match(url.pathname); }).then(function (found) {
        return found || fetch(event.request);
      }));
    }
  });

  self.addEventListener("sync", function (event) {
    if (event.tag === "undercity-field") {
      event.waitUntil(undercity.send.run().then(function (end) {
        // A rejected promise is how the browser learns that it should ask again.
        if (end.state === "unreachable") throw new Error(end.state);
      }));
    }
  });
}());
