// The points of a figure by keyboard: arrows step from point to point, in the order of the axis, and say each.
"use strict";
(() => {
  const SETS = [["points", "loss", "score"], ["departures", "departure", null], ["verdicts", "n", null], ["biases", "bias", null]];
  const say = document.createElement("div");
  say.className = "spoken";
  say.setAttribute("role", "status");
  document.body.append(say);
  const placesOf = (view) => {
    const named = SETS.find(([name]) => { try { return view.data(name).length; } catch { return false; } });
    if (!named) return [];
    const marks = [];
    const walk = (item, dx, dy) => {
      if (item.items && item.marktype) {
        item.items.forEach((one) => (item.marktype === "group" ? one.items.forEach((inner) => walk(inner, dx + (one.x ?? 0), dy + (one.y ?? 0)))
          : item.marktype === "symbol" && one.tooltip && marks.push({ x: dx + one.x, y: dy + one.y, text: one.tooltip })));
      }
    };
    const [left, top] = view.origin();
    walk(view.scenegraph().root, left, top);
    return marks.filter((mark) => Number.isFinite(mark.x) && Number.isFinite(mark.y)).sort((a, b) => a.x - b.x || a.y - b.y);
  };
  const tell = (text) => (typeof text === "object"
    ? Object.entries(text).filter(([, value]) => !["", "null", null, undefined].includes(value)).map(([name, value]) => `${name} ${value}`).join(", ")
    : String(text));
  const ring = document.createElement("div");
  ring.className = "ring";
  const step = (place, by) => {
    place.places ??= placesOf(place.view);
    if (!place.places.length) return;
    place.at = Math.max(0, Math.min(place.places.length - 1, place.at === undefined ? 0 : place.at + by));
    const mark = place.places[place.at];
    ring.style.left = `${mark.x}px`;
    ring.style.top = `${mark.y}px`;
    place.append(ring);
    say.textContent = `${place.at + 1} of ${place.places.length}: ${tell(mark.text)}`;
    const box = place.getBoundingClientRect();
    WAREHOUSE.tip(mark.text, box.left + mark.x, box.top + mark.y);
  };
  document.addEventListener("drawn", (event) => {
    const place = event.target;
    place.places = undefined;
    place.at = undefined;
    place.tabIndex = 0;
    place.setAttribute("role", "application");
    place.setAttribute("aria-roledescription", "figure; arrow keys step through its points");
  });
  document.addEventListener("keydown", (event) => {
    const place = event.target.closest?.(".canvas");
    if (!place?.view) return;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 10, ArrowDown: -10, Home: -1e9, End: 1e9 }[event.key];
    if (event.key === "Escape") { ring.remove(); WAREHOUSE.tip(null); }
    if (!by) return;
    event.preventDefault();
    step(place, by);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches?.(".canvas")) { ring.remove(); WAREHOUSE.tip(null); }
  });
})();
