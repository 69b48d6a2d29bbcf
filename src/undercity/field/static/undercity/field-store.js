// What the phone keeps: the queue with its photos, the day, what was sent. Shared by the page and the worker.
(function (self) {
  "use strict";
  var undercity = self.undercity = self.undercity || {};
  var NAME = "undercity-field";
  // One step a version, each from the one before; a step that was shipped never changes, so that every queue migrates.
  var STEPS = [function (db) {
    db.createObjectStore("queue", { keyPath: "key" }).createIndex("who", "who");
    db.createObjectStore("photos", { keyPath: ["key", "place"] });
    db.createObjectStore("sent", { keyPath: "key" });
    db.createObjectStore("days", { keyPath: "who" });
    db.createObjectStore("words");
  }];
  var SENT_KEPT_MS = 3 * 24 * 3600 * 1000;
  var opened = null, last = { at: 0, count: 0 };

  function open() {
    if (opened) return opened;
    opened = new Promise(function (resolve, reject) {
      var asked = indexedDB.open(NAME, STEPS.length);
      asked.onupgradeneeded = function (event) {
        STEPS.slice(event.oldVersion).forEach(function (step) { step(asked.result, asked.transaction); });
      };
      asked.onsuccess = function () {
        // Another page wants a newer form: this connection must not stand in its way.
        asked.result.onversionchange = function () { asked.result.close(); opened = null; };
        asked.result.onclose = function () { opened = null; };
        resolve(asked.result);
      };
      asked.onerror = function () { opened = null; reject(asked.error); };
    });
    return opened;
  }

  // Resolves when the transaction is on the disk, not when it is asked for.
  function writing(stores, work) {
    return open().then(function (db) {
      return new Promise(function (resolve, reject) {
        var transaction = db.transaction(stores, "readwrite", { durability: "strict" });
        var result = work(function (name) { return transaction.objectStore(name); });
        transaction.oncomplete = function () { resolve(result && "result" in result ? result.result : undefined); };
        transaction.onabort = transaction.onerror = function () { reject(transaction.error); };
      });
    });
  }

  function reading(store, ask) {
    return open().then(function (db) {
      return new Promise(function (resolve, reject) {
        var asked = ask(db.transaction(store).objectStore(store));
        asked.onsuccess = function () { resolve(asked.result); };
        asked.onerror = function () { reject(asked.error); };
      });
    });
  }

  // UUIDv7 (RFC 9562): milliseconds, a counter within one millisecond, chance. Keys sort as they were made.
  function uuid7() {
    var at = Date.now();
    last = at > last.at ? { at: at, count: 0 } : { at: last.at, count: last.count + 1 };
    if (last.count > 4095) last = { at: last.at + 1, count: 0 };
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    for (var place = 5, rest = last.at; place >= 0; place -= 1) { bytes[place] = rest % 256; rest = Math.floor(rest / 256); }
    bytes[6] = 0x70 | (last.count >> 8);
    bytes[7] = last.count & 255;
    bytes[8] = 0x80 | (bytes[8] & 63);
    var hex = Array.prototype.map.call(bytes, function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  function photoRange(key) {
    return IDBKeyRange.bound([key, 0], [key, []]);
  }

  function put(store, action, photos) {
    store("queue").put(action);
    photos.forEach(function (photo, place) { store("photos").put({ key: action.key, place: place, photo: photo }); });
  }

  undercity.store = {
    STEPS: STEPS,
    uuid7: uuid7,
    open: open,
    add: function (action, photos) {
      return writing(["queue", "photos"], function (store) { put(store, action, photos); });
    },
    // One action in the place of another, both or neither.
    replace: function (key, action, photos) {
      return writing(["queue", "photos"], function (store) {
        store("queue").delete(key);
        store("photos").delete(photoRange(key));
        put(store, action, photos);
      });
    },
    queue: function () { return reading("queue", function (store) { return store.getAll(); }); },
    one: function (key) { return reading("queue", function (store) { return store.get(key); }); },
    photos: function (key) {
      return reading("photos", function (store) { return store.getAll(photoRange(key)); }).then(function (rows) {
        return rows.map(function (row) { return row.photo; });
      });
    },
    mark: function (key, changes) {
      return writing(["queue"], function (store) {
        var asked = store("queue").get(key);
        asked.onsuccess = function () {
          if (asked.result) store("queue").put(Object.assign(asked.result, changes));
        };
      });
    },
    finish: function (key, answer) {
      return writing(["queue", "photos", "sent"], function (store) {
        store("queue").delete(key);
        store("photos").delete(photoRange(key));
        store("sent").put(answer);
      });
    },
    drop: function (key) {
      return writing(["queue", "photos"], function (store) {
        store("queue").delete(key);
        store("photos").delete(photoRange(key));
      });
    },
    sent: function (key) { return reading("sent", function (store) { return key ? store.get(key) : store.getAll(); }); },
    forgetSent: function () {
      return writing(["sent"], function (store) {
        store("sent").openCursor().onsuccess = function (event) {
          var cursor = event.target.result;
          if (!cursor) return;
          if (cursor.value.at < Date.now() - SENT_KEPT_MS) cursor.delete();
          cursor.continue();
        };
      });
    },
    day: function (who) { return reading("days", function (store) { return store.get(who); }); },
    // One person's day at a time: whoever signs in takes the last one's off the phone, never the queue.
    keepDay: function (day) {
      return writing(["days", "words"], function (store) {
        store("days").clear();
        store("days").put(day);
        store("words").put(day.who, "who");
      });
    },
    word: function (name) { return reading("words", function (store) { return store.get(name); }); },
    keepWord: function (name, value) { return writing(["words"], function (store) { store("words").put(value, name); }); }
  };
}(self));
