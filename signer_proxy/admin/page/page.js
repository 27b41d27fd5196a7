// Shows what /events tells: each message is the whole of /status.json, so that nothing can be missed.
// Texts go in as text alone; no HTML is ever made of what a request, or an API, has said.

const $ = (id) => document.getElementById(id);
const rows = new Map();
let status = null;

function el(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const tag = (text, kind = "") => el("span", { className: `tag ${kind}`, textContent: text });
const pair = (name, ...value) => [el("dt", { textContent: name }), el("dd", {}, ...value)];
const mono = (text) => el("span", { className: "mono", textContent: text });
const address = ({ host, port }) => `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
const secondsUntil = (time) => (Date.parse(time) - Date.now()) / 1000;
const clock = (time) => new Date(time).toLocaleTimeString([], { hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const ms = (number) => (number < 10 ? number.toFixed(1) : Math.round(number).toLocaleString());
const own = (done) => Math.max(0, done.ms_total - done.ms_upstream - done.ms_token);

function duration(seconds) {
  let left = Math.max(0, Math.round(seconds));
  const parts = [];
  for (const [size, name] of [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]]) {
    if (left >= size || (size === 1 && !parts.length)) parts.push(`${Math.floor(left / size)} ${name}`);
    left %= size;
  }
  return parts.slice(0, 2).join(" ");
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function meter(label, value, max) {
  const made = el("meter", { min: 0, max, low: max / 5, high: max / 2, optimum: max, value });
  made.setAttribute("aria-label", label);
  return made;
}

/* Replaces what a place shows where it shows something else by now: what has the focus keeps it. */
function put(place, content, make) {
  const signature = JSON.stringify(content);
  if (place.dataset.shows === signature) return;
  place.dataset.shows = signature;
  place.replaceChildren(...make(content));
}

function number(name, text, kind = "") {
  return el("div", {}, el("dt", { textContent: name }), el("dd", { textContent: text, className: kind }));
}

function showNumbers({ counts, exchanges, held }) {
  const answered = exchanges.filter((done) => done.outcome === "answered");
  const times = answered.length ? [median(answered.map((done) => done.ms_total)), median(answered.map(own))] : [];
  put(document.querySelector("#numbers dl"), [counts, held, times], () => [
    number("answered", counts.answered.toLocaleString()),
    number("refused", counts.refused.toLocaleString()),
    number("failed", counts.failed.toLocaleString(), counts.failed ? "wrong" : ""),
    number("held", held.length.toLocaleString(), held.length ? "look" : ""),
    ...(times.length ? [number("median", `${ms(times[0])} ms`), number("of it our own", `${ms(times[1])} ms`)] : []),
  ]);
}

const KINDS = { forward: "explicit proxy, for curl -x and HTTPS_PROXY", admin: "this page", inspector: "inspector, which asks for its password" };

function showListeners({ listeners, upstreams }) {
  put($("listeners"), [listeners, upstreams], () =>
    listeners.map((listener) => {
      const upstream = upstreams.find(({ name }) => name === listener.upstream);
      const byDefault = upstream?.default_profile;
      return el("li", {},
        el("h3", {}, mono(address(listener))),
        upstream ? el("p", {}, "→ ", mono(upstream.url)) : el("p", { className: "quiet", textContent: KINDS[listener.kind] }),
        upstream ? el("p", { className: "quiet", textContent: byDefault ? `${upstream.name}, as ${byDefault}` : `${upstream.name}, no default profile` }) : null,
      );
    }));
}

const ACCESS = { read: "good", write: "", trade: "look" };
const TOKENS = {
  none: ["none yet: no request has asked for one", ""],
  good: ["good, and tells no end", "good"],
  ended: ["has ended", "wrong"],
  refused: ["refused by the API", "wrong"],
  missing: ["cannot be had", "wrong"],
  "single-use": ["one of its own for each request", ""],
};

function tokenCell(name, token) {
  const life = el("div", { className: "life" });
  if (token.state === "good" && token.expires) {
    const left = el("span");
    life.append(meter(`Life left of the token of ${name}`, 0, token.life || 1), left);
    life.dataset.expires = token.expires;
  } else {
    const [text, kind] = TOKENS[token.state] ?? [token.state, "look"];
    life.append(tag(text, kind));
  }
  if (token.reason) life.append(el("p", { textContent: token.reason }));
  return life;
}

function showProfiles({ profiles }) {
  const lasting = profiles.map((profile) => ({ ...profile, token: profile.token && { ...profile.token, expires_in: 0 } }));
  put($("profiles"), lasting, () =>
    profiles.map((profile) => el("li", {},
      el("div", { className: "bar" }, el("h3", { textContent: profile.name }), tag(profile.access, ACCESS[profile.access])),
      el("p", { className: "quiet", textContent: `${profile.scheme} for ${profile.upstream}` }),
      el("dl", {},
        ...(profile.client_id ? pair("client id", mono(profile.client_id)) : []),
        ...(profile.fingerprint ? pair("key", mono(profile.fingerprint)) : []),
        ...(profile.allow.length ? pair("allow", mono(profile.allow.join(", "))) : []),
        ...(profile.deny.length ? pair("deny", mono(profile.deny.join(", "))) : []),
        ...(profile.token ? pair("token", tokenCell(profile.name, profile.token)) : []),
      ))));
}

function showLimits({ rate_limits: limits }) {
  $("limits-section").hidden = !limits.length;
  $("limits").replaceChildren(...limits.map((limit) => {
    const seconds = (limit.resets - Date.now()) / 1000;
    const remaining = seconds > 0 ? limit.remaining : limit.limit;
    const what = `${remaining} of ${limit.limit} left`;
    return el("li", {},
      el("div", { className: "bar" }, el("h3", { textContent: limit.profile }), el("span", { textContent: what })),
      meter(`Requests left for ${limit.profile}, by ${limit.scope}`, remaining, limit.limit),
      el("p", { className: "quiet", textContent: seconds > 0 ? `by ${limit.scope}; all again in ${duration(seconds)}` : `by ${limit.scope}` }),
    );
  }));
}

function showReload({ reload }) {
  put($("reload"), reload, () => {
    if (!reload) return ["None since the start."];
    return [tag(reload.applied ? "in use" : "refused", reload.applied ? "good" : "wrong"), ` at ${clock(reload.time)}`];
  });
  put($("reload-refused"), reload?.problems ?? [], (problems) => problems.length ? [
    el("p", {}, el("strong", { textContent: "The changed config was refused; the last good one stays in use." })),
    el("ul", {}, ...problems.map((problem) => el("li", { textContent: problem }))),
  ] : []);
}

function verdict(done) {
  const text = [done.status, done.code].filter(Boolean).join(" ");
  if (done.outcome === "failed") return tag(text, "wrong");
  if (done.outcome === "refused") return tag(text, "look");
  return tag(text, done.status < 400 ? "good" : "wrong");
}

const line = (done) => `${done.method ?? "–"} ${done.path}`;
const matches = (done, words) => words.every((word) =>
  [line(done), done.profile, done.status, done.code, done.access, done.outcome].join(" ").toLowerCase().includes(word));

function row(done, isNew) {
  const button = el("button", { type: "button" }, el("b", { textContent: done.method ?? "–" }), ` ${done.path}`);
  const made = el("tr", { className: isNew ? "new" : "" },
    el("td", { className: "time", textContent: clock(done.time) }),
    el("td", { className: "request" }, button),
    el("td", { className: "profile", textContent: done.profile ?? "–" }),
    el("td", { className: "access", textContent: done.access ?? "–" }),
    el("td", { className: "answer" }, verdict(done)),
    el("td", { className: "number", textContent: ms(done.ms_total) }));
  made.addEventListener("click", ({ target }) => {
    if (target.closest("button") || !getSelection().toString()) showDetail(done); // who selects text wants the text
  });
  return made;
}

function showExchanges({ exchanges }) {
  const wanted = new Map(exchanges.map((done) => [done.number, done]));
  for (const [number, made] of rows) {
    if (!wanted.has(number)) {
      made.remove();
      rows.delete(number);
    }
  }
  const isFirst = !rows.size;
  for (const done of exchanges.toReversed()) {
    if (rows.has(done.number)) continue;
    const made = row(done, !isFirst);
    rows.set(done.number, made);
    $("rows").prepend(made);
  }
  $("empty").hidden = exchanges.length > 0;
  const first = status.listeners.find(({ kind }) => kind === "upstream");
  $("example").textContent = first ? `curl ${address(first)}/` : "";
  filter();
}

function filter() {
  const words = $("filter").value.toLowerCase().split(/\s+/);
  for (const done of status?.exchanges ?? []) rows.get(done.number).hidden = !matches(done, words);
}

function showTimes(done) {
  const parts = [["own", "our own", own(done)], ["token", "token", done.ms_token], ["upstream", "upstream", done.ms_upstream]]
    .filter(([, , time]) => time > 0);
  const track = el("div", { className: "track", ariaHidden: "true" }, ...parts.map(([kind, , time]) => {
    const piece = el("span", { className: kind });
    piece.style.flexGrow = (100 * time) / done.ms_total; // below 1 in sum, they would not fill the track
    return piece;
  }));
  const list = parts.map(([kind, name, time]) => el("li", { className: kind, textContent: `${name} ${ms(time)} ms` }));
  $("detail-times").replaceChildren(track, el("ul", {}, ...list));
}

function showDetail(done) {
  $("detail-title").textContent = line(done);
  showTimes(done);
  const changes = ["added", "replaced", "removed"].filter((kind) => done[kind].length);
  const facts = [
    pair("answer", verdict(done), ` ${done.outcome}`),
    pair("time", new Date(done.time).toLocaleString([], { hourCycle: "h23", dateStyle: "medium", timeStyle: "medium" })),
    ...(done.host ? [pair("host", mono(done.host))] : []),
    pair("profile", done.profile ? `${done.profile}, ${done.scheme}` : "none"),
    pair("access", done.access ?? "not looked at"),
    ...changes.map((kind) => pair(kind, mono(done[kind].join(", ")))),
    pair("sizes", `${done.request_bytes.toLocaleString()} bytes sent, ${(done.answer_bytes ?? 0).toLocaleString()} answered`),
    ...(done.upstream_request_id ? [pair("request id of the API", mono(done.upstream_request_id))] : []),
    ...(done.client ? [pair("client", mono(done.client))] : []),
  ];
  $("detail-facts").replaceChildren(...facts.flat());
  $("detail").showModal();
}

function tick() {
  if (!status) return;
  $("uptime").textContent = `up for ${duration(-secondsUntil(status.started))}`;
  for (const life of document.querySelectorAll(".life[data-expires]")) {
    const left = Math.max(0, secondsUntil(life.dataset.expires));
    life.querySelector("meter").value = left;
    life.querySelector("span").textContent = left ? `ends in ${duration(left)}` : "has ended";
  }
  showLimits(status);
}

function show(told) {
  status = told;
  for (const limit of status.rate_limits) limit.resets = Date.now() + limit.resets_in * 1000;
  $("version").textContent = `version ${status.version}`;
  for (const part of [showNumbers, showListeners, showProfiles, showReload, showExchanges]) part(status);
  tick();
  for (const part of document.querySelectorAll("main, .skip")) part.hidden = false;
}

function connection(state, text) {
  if ($("connection").dataset.state === state) return;
  $("connection").dataset.state = state;
  $("connection").textContent = text;
}

$("needs-scripts").hidden = true;
$("connection").hidden = false;
const events = new EventSource("/events");
events.addEventListener("message", ({ data }) => {
  connection("live", "Live");
  show(JSON.parse(data));
});
events.addEventListener("error", () => connection("lost", "The daemon does not answer; trying again …"));
$("filter").addEventListener("input", filter);
$("close").addEventListener("click", () => $("detail").close());
$("detail").addEventListener("click", ({ target }) => target === $("detail") && $("detail").close()); // beside it
setInterval(tick, 1000);
