// Sends the queue: in order for each subject, each action until it has an answer. Shared by the page and the worker.
(function (self) {
  "use strict";
  var undercity = self.undercity = self.undercity || {};
  var store = undercity.store;
  var TIMEOUT_MS = 60000;
  var HEADERS = { Accept: "application/json" };

  function Unreachable() {}

  // An answer that is no JSON of ours comes from something between: a portal that wants a sign-in, a proxy's error.
  function ask(url, options) {
    var stop = new AbortController();
    var timer = setTimeout(function () { stop.abort(); }, TIMEOUT_MS);
    return fetch(url, Object.assign({ credentials: "same-origin", cache: "no-store", redirect: "error", signal: stop.signal }, options))
      .then(function (answer) {
        return answer.text().then(function (text) {
          var said = null;
          try { said = JSON.parse(text); } catch (error) { said = null; }
          return { status: answer.status, said: said };
        });
      })
      .catch(function () { throw new Unreachable(); })
      .finally(function () { clearTimeout(timer); });
  }

  function session() {
    return ask("/field/session.json", { headers: HEADERS }).then(function (answer) {
      if (answer.status === 401) return null;
      if (answer.status !== 200 || !answer.said || !answer.said.token) throw new Unreachable();
      return answer.said;
    });
  }

  function form(action, photos) {
    var body = new FormData();
    body.append("action", JSON.stringify({
      key: action.key, who: action.who, doing: action.doing, subject: action.subject, seen: action.seen,
      values: action.values, done_at: action.doneAt, sent_at: new Date().toISOString()
    }));
    photos.forEach(function (photo, place) { body.append("photo", photo, "photo-" + (place + 1) + ".jpg"); });
    return body;
  }

  // What was recorded upon an earlier action of one's own looks at the version that one came to.
  function upon(action) {
    if (!action.after) return Promise.resolve(action);
    return store.sent(action.after).then(function (before) {
      return before ? Object.assign({}, action, { seen: before.version }) : action;
    });
  }

  function sendOne(action, who, again) {
    return Promise.all([upon(action), store.photos(action.key), store.mark(action.key, { tries: (action.tries || 0) + 1, unsure: true })])
      .then(function (found) {
        return ask("/field/actions", { method: "POST", headers: Object.assign({ "X-CSRFToken": who.token }, HEADERS), body: form(found[0], found[1]) });
      })
      .then(function (answer) {
        var error = answer.said && answer.said.error;
        if (answer.status === 200 && answer.said && answer.said.key === action.key) {
          return store.finish(action.key, Object.assign({ at: Date.now(), who: action.who, title: action.title }, answer.said))
            .then(function () { return "sent"; });
        }
        if (answer.status === 401) return "signed-out";
        if (error && error.code === "stale_form" && !again) {
          return session().then(function (fresh) { return fresh ? sendOne(action, fresh, true) : "signed-out"; });
        }
        if (error && error.field === "who") return "other";
        if (answer.status === 413 && !error) error = { code: "too_large", status: 413, message: "", field: "photos" };
        if (error && answer.status >= 400 && answer.status < 500 && answer.status !== 429 && error.code !== "stale_form") {
          return store.mark(action.key, { state: "refused", error: error, unsure: false }).then(function () { return "refused"; });
        }
        // Our own mistake, or too much at once: this one waits, the others may pass.
        return answer.status === 429 || !answer.said ? "unreachable" : "later";
      });
  }

  function sendAll(heard) {
    return store.queue().then(function (rows) {
      if (!rows.length) return { state: "empty" };
      return session().then(function (who) {
        if (!who) return { state: "signed-out" };
        // A long queue takes its time: that there is signal is said when it begins.
        if (heard) heard(who);
        var held = {}, end = { state: "sent", sent: 0, refused: 0, others: 0, who: who.who };
        function next(place) {
          var row = rows[place];
          if (!row) return end;
          // The queue belongs to whoever recorded it.
          if (row.who !== who.who) { end.others += 1; return next(place + 1); }
          if (row.state === "refused" || (row.subject && held[row.subject])) {
            if (row.subject) held[row.subject] = true;
            return next(place + 1);
          }
          return sendOne(row, who).then(function (state) {
            if (state === "signed-out" || state === "other" || state === "unreachable") { end.state = state; return end; }
            if (state === "sent") end.sent += 1; else if (row.subject) held[row.subject] = true;
            if (state === "refused") end.refused += 1;
            if (state === "later") end.state = "unreachable";
            tell();
            return next(place + 1);
          });
        }
        return next(0);
      });
    }).catch(function (error) {
      if (error instanceof Unreachable) return { state: "unreachable" };
      throw error;
    }).finally(tell);
  }

  function tell() {
    if (!("BroadcastChannel" in self)) return;
    var channel = new BroadcastChannel("undercity-field");
    channel.postMessage("changed");
    channel.close();
  }

  undercity.send = {
    session: session,
    ask: ask,
    // One sender at a time on this phone; where locks are missing, the server tells doubles by their key.
    run: function (heard) {
      if (!("locks" in navigator)) return sendAll(heard);
      return navigator.locks.request("undercity-field", { ifAvailable: true }, function (lock) {
        return lock ? sendAll(heard) : { state: "busy" };
      });
    }
  };
}(self));
