// Enter your number: which tasks stand above chance at a loss, how sure; the counterpart of `emergence ask`.
"use strict";
(() => {
  const place = document.getElementById("ask");
  if (!place) return;
  const form = place.querySelector("form");
  const out = place.querySelector("[data-answer]");
  const root = document.body.dataset.root;
  const LEVEL = 0.90;

  // Student's t: the share below t, by the continued fraction of the incomplete beta function (Lentz).
  const lnGamma = (z) => {
    const parts = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2, -0.5395239384953e-5];
    const base = z + 5.5 - (z + 0.5) * Math.log(z + 5.5);
    return -base + Math.log(2.5066282746310005 * parts.reduce((sum, part, n) => sum + part / (z + n + 1), 1.000000000190015) / z);
  };
  const fraction = (x, a, b) => {
    const tiny = 1e-300;
    let c = 1;
    let d = 1 / (Math.abs(1 - (a + b) * x / (a + 1)) < tiny ? tiny : 1 - (a + b) * x / (a + 1));
    let h = d;
    for (let m = 1; m < 400; m += 1) {
      for (const step of [m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))]) {
        d = 1 + step * d;
        d = 1 / (Math.abs(d) < tiny ? tiny : d);
        c = 1 + step / c;
        c = Math.abs(c) < tiny ? tiny : c;
        h *= d * c;
      }
      if (Math.abs(d * c - 1) < 1e-14) break;
    }
    return h;
  };
  const beta = (x, a, b) => {
    if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
    const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
    return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b;
  };
  const below = (t, freedom) => {
    const tail = beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
    return t > 0 ? 1 - tail : tail;
  };
  const quantile = (share, freedom) => {
    let [low, high] = [0, 1];
    while (below(high, freedom) < share && high < 1e9) high *= 2;
    for (let turn = 0; turn < 200; turn += 1) {
      const middle = (low + high) / 2;
      if (below(middle, freedom) < share) low = middle; else high = middle;
    }
    return (low + high) / 2;
  };
  const interpolate = (x, xs, ys) => {
    if (x <= xs[0]) return ys[0];
    if (x >= xs.at(-1)) return ys.at(-1);
    const at = xs.findIndex((one) => one >= x);
    const share = (x - xs[at - 1]) / (xs[at] - xs[at - 1] || 1);
    return ys[at - 1] + share * (ys[at] - ys[at - 1]);
  };
  const read = (curve, { loss, low = loss, high = loss, params = 0 }) => {
    if (loss < curve.loss[0] || loss > curve.loss_max) return null;
    const step = Math.max(0, high - low) / (2 * 1.959964);
    const slope = (interpolate(loss - step, curve.loss, curve.score) - interpolate(loss + step, curve.loss, curve.score)) / 2;
    const score = interpolate(loss, curve.loss, curve.score);
    const larger = curve.params_max !== null && params > curve.params_max;
    const [sd, freedoms] = larger ? [curve.sd_larger, curve.freedom_larger] : [curve.sd, curve.freedom];
    const spread = Math.hypot(interpolate(loss, curve.loss, sd), slope);
    const nearest = curve.loss.reduce((best, one, at) => (Math.abs(one - loss) < Math.abs(curve.loss[best] - loss) ? at : best), 0);
    const freedom = freedoms[nearest];
    const half = quantile((1 + LEVEL) / 2, freedom) * spread;
    const clip = (value) => Math.min(curve.upper_bound ?? Infinity, Math.max(curve.lower_bound ?? -Infinity, value));
    const sign = curve.higher_is_better ? 1 : -1;
    return { curve, score, low: clip(score - half), high: clip(score + half), beyond: loss < curve.loss_min,
      p: curve.chance === null ? null : below(sign * (score - curve.chance) / Math.max(spread, 1e-12), freedom) };
  };
  const lawLoss = (theta, params, tokens) => Math.exp(theta[0]) + Math.exp(theta[1] - theta[2] * Math.log(params))
    + (theta.length > 3 ? Math.exp(theta[3] - theta[4] * Math.log(tokens)) : 0);
  const share = (sorted, at) => {
    const place_ = (sorted.length - 1) * at;
    const left = Math.floor(place_);
    return sorted[left] + (place_ - left) * ((sorted[left + 1] ?? sorted[left]) - sorted[left]);
  };
  const planned = (law, params, tokens) => {
    const loss = lawLoss(law.theta, params, tokens);
    const drawn = law.draws.map((theta) => lawLoss(theta, params, tokens)).sort((a, b) => a - b);
    const stray = 1.959964 * law.rmse * loss;
    // Draws of few runs lie too near: as far again as `emergence ask` puts them, in logs of the loss.
    const [low, high] = [0.025, 0.975].map((part) => loss * (share(drawn, part) / loss) ** law.stretch);
    return { loss, low: loss - Math.hypot(loss - Math.min(low, loss), stray), high: loss + Math.hypot(Math.max(high, loss) - loss, stray) };
  };
  // 1.3B, 300e9, 7 b: a size as people write it.
  const size = (text) => {
    const found = /^\s*([\d.]+(?:e[+-]?\d+)?)\s*([kmbgt])?\s*$/i.exec(text);
    return found ? Number(found[1]) * ({ k: 1e3, m: 1e6, b: 1e9, g: 1e9, t: 1e12 }[found[2]?.toLowerCase()] ?? 1) : NaN;
  };

  const element = (name, text) => { const made = document.createElement(name); made.append(text ?? ""); return made; };
  const fixed = (value, digits = 2) => WAREHOUSE.number(value, digits);
  const table = (rows) => {
    const made = document.createElement("table");
    const head = made.createTHead().insertRow();
    for (const name of ["task", "above chance", "score", "90 % interval", "chance", "verdict"]) {
      const th = element("th", name);
      th.scope = "col";
      head.append(th);
    }
    const body = made.createTBody();
    rows.forEach(({ curve, score, low, high, p, beyond }) => {
      const line = body.insertRow();
      const link = element("a", `${curve.task_title} · ${curve.format ?? "–"} · ${WAREHOUSE.shots(curve.n_shot)}`);
      link.href = `${root}${curve.file}#${WAREHOUSE.address(curve.series_id)}`;
      const mark = element("span", WAREHOUSE.words.verdict[curve.verdict] ?? curve.verdict ?? "–");
      mark.className = `verdict v-${curve.verdict}`;
      for (const cell of [link, p === null ? "–" : p > 0.995 ? "> 99 %" : p < 0.005 ? "< 1 %" : `${Math.round(100 * p)} %`,
        fixed(score) + (beyond ? " (beyond the data)" : ""), `[${fixed(low)}, ${fixed(high)}]`, fixed(curve.chance) + (curve.chance_disputed ? "?" : ""), mark]) line.insertCell().append(cell);
      line.dataset.p = p ?? "";
      line.dataset.series = curve.series_id;
    });
    const wrap = element("div", made);
    wrap.className = "table";
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "region");
    wrap.setAttribute("aria-label", "tasks at this loss");
    return wrap;
  };
  const scenarios = (known, values) => {
    if (values.loss) {
      const loss = Number(values.loss.replace(",", "."));
      if (!(loss > 0)) throw new Error("The loss has to be a number above zero.");
      return [{ loss, name: `loss ${loss}` }];
    }
    const [params, tokens] = [size(values.params), size(values.tokens)];
    if (!(params > 0)) throw new Error("Give a loss, or a size such as 1B, with tokens such as 100B.");
    const laws = known.laws.filter((law) => (tokens > 0 ? true : law.form === "L(N)"));
    const best = new Map();
    laws.forEach((law) => { if (!best.has(law.family)) best.set(law.family, law); });
    if (!best.size) throw new Error("No law of loss on this corpus can foretell that; give the loss itself.");
    return [...best.values()].map((law) => {
      const at = planned(law, params, tokens);
      return { ...at, params, name: `${law.family ?? law.source}: loss ${fixed(at.loss, 3)} [${fixed(at.low, 3)}, ${fixed(at.high, 3)}] by its law ${law.form}` };
    });
  };
  const answer = async () => {
    const values = Object.fromEntries(new FormData(form));
    if (!values.loss && !values.params) { out.replaceChildren(); return; }
    await WAREHOUSE.load(`${root}data/ask-${values.axis}.js`);
    const known = WAREHOUSE.asked[values.axis];
    try {
      out.replaceChildren(...scenarios(known, values).slice(0, 4).flatMap((scenario) => {
        const rows = known.curves.map((curve) => read(curve, scenario)).filter(Boolean)
          .sort((a, b) => Number(a.curve.chance_disputed) - Number(b.curve.chance_disputed) || (b.p ?? -1) - (a.p ?? -1));
        // As the command counts: above a chance that is in dispute is not yet above guessing.
        const judged = rows.filter((row) => row.p !== null && !row.curve.chance_disputed);
        const disputed = rows.filter((row) => row.p !== null && row.curve.chance_disputed).length;
        const above = judged.filter((row) => row.p >= 0.95).length;
        const far = known.curves.length - rows.length;
        const unknown = rows.filter((row) => row.p === null).length;
        const said = rows.length ? `${above} of ${judged.length} settings stand above chance with a probability of 95 % or more.`
          + (disputed ? ` ${disputed} not counted (?): what guessing scores there is in dispute.` : "")
            + (far ? ` ${far} not answered: this loss lies too far from those seen.` : "")
            + (unknown ? ` ${unknown} not counted: what guessing scores is not known.` : "")
          : "That loss lies beyond what was seen on this corpus: nothing can be said.";
        return [element("h3", scenario.name), element("p", said), ...(rows.length ? [table(rows)] : [])];
      }));
    } catch (error) {
      out.replaceChildren(element("p", error.message));
    }
    history.replaceState(null, "", `#${new URLSearchParams(Object.entries(values).filter(([, value]) => value))}`);
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); answer(); });
  form.addEventListener("change", answer);
  new URLSearchParams(location.hash.slice(1)).forEach((value, name) => { if (form.elements[name]) form.elements[name].value = value; });
  answer();
})();
