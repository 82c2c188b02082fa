/* How much of the queue is sent at once, and how long its answer is waited for (window.EntryLoad).

   What a slow line did not carry in time is sent by halves, down to one value, which is given longer; once requests are
   swift again there are more in each. */
(function () {
  "use strict";
  var MOST = 200, LONGEST = 200000, PATIENCE = 10000, LONG_PATIENCE = 60000;  // values, characters, milliseconds
  var most = MOST, begun = 0;

  /* The places of the next request: the first of `places`, as `edit` gives them, that fit. */
  function batch(places, edit) {
    var taken = [], size = 0;
    places.some(function (place) {
      size += JSON.stringify(edit(place)).length;
      if (taken.length && size > LONGEST) { return true; }
      taken.push(place);
      return taken.length >= most;
    });
    return taken;
  }

  function halve(count) { most = Math.ceil(count / 2); }

  /* A request of `count` values begins; `stop` is called where its answer does not come. */
  function watch(count, stop) {
    begun = Date.now();
    return setTimeout(function () {
      halve(count);
      stop();
    }, count > 1 ? PATIENCE : LONG_PATIENCE);
  }

  function carried() {
    if (Date.now() - begun < PATIENCE / 2) { most = Math.min(MOST, most * 2); }
  }

  window.EntryLoad = {batch: batch, halve: halve, watch: watch, carried: carried};
}());
