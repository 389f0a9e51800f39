// Keeps the page fresh and spares reloading. Without it every link and form works by itself.

const base = document.documentElement.dataset.base;
const byId = (id) => document.getElementById(id);
const MOST_ROWS = 200;
const FETCH_AT_MOST_EVERY = 1000;
const HANDS_OFF = 1200;

// --- Saying what happened ---

let silence;
function say(text, good = true) {
  const said = byId("said");
  said.textContent = text;
  said.classList.toggle("is-bad", !good);
  said.classList.add("is-shown");
  clearTimeout(silence);
  silence = setTimeout(() => said.classList.remove("is-shown"), 4000);
}

async function ask(address, options) {
  try {
    return await fetch(address, options);
  } catch {
    say(byId("said").dataset.failed, false);
    return null;
  }
}

// --- Regions ---

function put(name, html) {
  const region = document.querySelector(`[data-region="${name}"]`);
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const typed = focused?.id === "q" ? { value: focused.value, at: focused.selectionStart } : null;
  const open = [...region.querySelectorAll("details[open][id]")].map((details) => details.id);
  const scrolled = [...region.querySelectorAll(".scroll")].map((part) => part.scrollLeft);
  region.innerHTML = html;
  region.querySelectorAll(".scroll").forEach((part, index) => (part.scrollLeft = scrolled[index] ?? 0));
  for (const id of open) byId(id)?.setAttribute("open", "");
  if (focused?.id) {
    const again = byId(focused.id);
    again?.focus({ preventScroll: true });
    if (again && typed) {
      again.value = typed.value;
      again.setSelectionRange(typed.at, typed.at);
    }
  }
  enable(region);
}

// Nothing moves under a hand that is about to click, and nobody loses a half-filled form to fresher data.
const touched = new Map();
for (const kind of ["pointermove", "pointerdown", "keydown", "focusin"])
  document.addEventListener(kind, (event) => {
    const region = event.target.closest?.("[data-region]");
    if (region) touched.set(region.dataset.region, performance.now());
  });

function isBusy(name) {
  const region = document.querySelector(`[data-region="${name}"]`);
  const fills = document.activeElement.matches("#faults input, #faults select") && region.contains(document.activeElement);
  return fills || performance.now() - (touched.get(name) ?? -HANDS_OFF) < HANDS_OFF;
}

async function refresh(name) {
  const answer = await ask(`${base}/regions/${name}${location.search}`);
  if (answer?.ok) put(name, await answer.text());
}

const stale = new Set();
let fetching = false;
async function refreshStale() {
  if (fetching || document.hidden) return;
  fetching = true;
  while (stale.size && !document.hidden) {
    const names = [...stale].filter((name) => !isBusy(name));
    for (const name of names) stale.delete(name);
    await Promise.all(names.map(refresh));
    await new Promise((wake) => setTimeout(wake, FETCH_AT_MOST_EVERY));
  }
  fetching = false;
}
document.addEventListener("visibilitychange", refreshStale);

async function swap(name, address, goto) {
  const there = new URL(address, location.href);
  history.replaceState(null, "", there.pathname + there.search);
  await refresh(name);
  if (goto) byId(name).scrollIntoView({ block: "start" });
  if (name === "feed") connect();
}

// --- The stream ---

let source;
let held = false;
let lastSeen = byId("feed-rows").dataset.last;

function connect() {
  source?.close();
  const query = new URLSearchParams(location.search);
  query.set("after", byId("feed-rows").dataset.last);
  source = new EventSource(`${base}/stream?${query}`);
  tellLink("connecting");
  source.onopen = () => tellLink("live");
  source.onerror = () => tellLink("offline");
  source.addEventListener("feed", (event) => {
    lastSeen = event.lastEventId;
    if (!held) addRows(JSON.parse(event.data).html);
  });
  source.addEventListener("regions", (event) => {
    for (const [name, html] of Object.entries(JSON.parse(event.data))) put(name, html);
  });
  source.addEventListener("stale", (event) => {
    for (const name of JSON.parse(event.data)) stale.add(name);
    refreshStale();
  });
}
// A connection that is still open when the page is left keeps it out of the browser's cache.
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => event.persisted && connect());

function tellLink(state) {
  const place = byId("link-state");
  place.hidden = false;
  place.className = `link-state is-${state}`;
  if (place.textContent !== place.dataset[state]) place.textContent = place.dataset[state];
}

function addRows(html) {
  const rows = byId("feed-rows");
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  // The whole region may have been fetched while these were on their way.
  for (const row of fresh.content.querySelectorAll("[data-number]"))
    if (Number(row.dataset.number) <= Number(rows.dataset.last)) row.remove();
  if (!fresh.content.firstElementChild) return;
  rows.querySelector(".feed-empty")?.remove();
  const above = rows.scrollTop;
  const before = rows.scrollHeight;
  rows.prepend(fresh.content);
  // Who reads further down keeps the place.
  if (above > 4) rows.scrollTop = above + rows.scrollHeight - before;
  while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
  rows.dataset.last = Math.max(rows.dataset.last, lastSeen);
}

async function hold() {
  held = !held;
  showHold();
  if (!held) await refresh("feed");
}

function showHold() {
  const button = byId("hold");
  button.hidden = false;
  button.setAttribute("aria-pressed", held);
  button.textContent = held ? button.dataset.go : button.dataset.hold;
}

// --- Windows, buttons, links ---

async function openWindow(address) {
  const answer = await ask(`${address}?part=1`);
  if (!answer?.ok) return;
  byId("window-content").innerHTML = await answer.text();
  byId("window").showModal();
}

async function press(form, button) {
  if (form.dataset.sure && !confirm(form.dataset.sure)) return;
  const answer = await ask(form.action, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams(new FormData(form, button)),
  });
  if (!answer) return;
  if (!answer.headers.get("content-type")?.startsWith("application/json")) {
    say(byId("said").dataset.failed, false);
    return;
  }
  const { message, good } = await answer.json();
  say(message, good);
  if ("closeAfter" in form.dataset) byId("window").close();
  const region = form.closest("[data-region]")?.dataset.region;
  if (good && region) await refresh(region);
}

async function copyKeys() {
  const answer = await ask(`${base}/connect`);
  if (!answer?.ok) return;
  await navigator.clipboard.writeText((await answer.json()).text);
  say(byId("said").dataset.copied);
}

function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.querySelector('meta[name="color-scheme"]').content = theme === "auto" ? "light dark" : theme;
  for (const link of byId("themes").children) {
    if (link.dataset.themeChoice === theme) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  ask(`${base}/?theme=${theme}`, { redirect: "manual" });
}

// Parts that only work with this script stay hidden without it.
function enable(part) {
  if (part.querySelector("#hold")) showHold();
  const copy = part.querySelector("#copy-keys");
  if (copy) copy.hidden = !navigator.clipboard;
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("a, button");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const { swap: region, window: inWindow, themeChoice, close } = target.dataset;
  if (target.id === "hold") hold();
  else if (target.id === "copy-keys") copyKeys();
  else if (close !== undefined) byId("window").close();
  else if (region) swap(region, target.href, "goto" in target.dataset);
  else if (inWindow !== undefined) openWindow(target.href);
  else if (themeChoice) chooseTheme(themeChoice);
  else return;
  event.preventDefault();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("press" in form.dataset) press(form, event.submitter);
  else if (form.dataset.swapForm) swap(form.dataset.swapForm, `?${searchQuery(form)}`, false);
  else return;
  event.preventDefault();
});

function searchQuery(form) {
  const query = new URLSearchParams(location.search);
  for (const name of ["by", "task", "records", "shown"]) query.delete(name);
  query.set("q", new FormData(form).get("q"));
  return query;
}

// A click on what lies behind a window closes it.
byId("window").addEventListener("click", (event) => event.target === event.currentTarget && event.currentTarget.close());

// --- Keys ---

const KEYS_OFF = "autodialer-single-keys-off";
const keysSwitch = byId("keys-off").querySelector("input");
byId("keys-off").hidden = false;
keysSwitch.checked = localStorage.getItem(KEYS_OFF) === null;
keysSwitch.addEventListener("change", () =>
  keysSwitch.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "1"),
);

let pausedAt = 1;
const keys = {
  "/": () => {
    byId("records").scrollIntoView({ block: "start" });
    byId("q").focus({ preventScroll: true });
    byId("q").select();
  },
  p: hold,
  s: () => {
    const speeds = [...document.querySelectorAll('#clock [name="speed"]')];
    const now = speeds.findIndex((button) => button.getAttribute("aria-pressed") === "true");
    if (now > 0) pausedAt = now;
    speeds[now > 0 ? 0 : pausedAt].click();
  },
  t: () => {
    const links = [...byId("themes").children];
    const now = links.findIndex((link) => link.hasAttribute("aria-current"));
    chooseTheme(links[(now + 1) % links.length].dataset.themeChoice);
  },
  "?": () => {
    byId("keys").open = true;
    byId("keys").querySelector("summary").focus();
  },
};

document.addEventListener("keydown", (event) => {
  const field = event.target.matches("input, select, textarea");
  if (event.key === "Escape" && field) event.target.blur();
  if (field || !keysSwitch.checked || event.ctrlKey || event.metaKey || event.altKey || byId("window").open) return;
  const work = keys[event.key];
  if (!work) return;
  event.preventDefault();
  work();
});

enable(document);
connect();
