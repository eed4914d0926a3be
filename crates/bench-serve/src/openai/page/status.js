"use strict";

const EVERY_MS = 1000;
const MOST_UNDER_WAY = 12;

const words = {
  disabled: "batching is off", model: "another model", size: "another size", num_frames: "another length",
  full: "the batch was full", config_cap: "a rule's limit", cost_budget: "a rule's cost budget",
  kv_cache: "no room in the KV cache", memory: "device memory", batch_failed: "a batch of that size failed",
  no_gain: "a larger batch gains nothing", fairness: "another request had waited too long",
  completed: "completed", cancelled: "cancelled", failed: "failed", hung_up: "client left", stopped: "server stopped",
};

// what the server sends is text, never markup
function cell(content, kind = "td", name = "") {
  const made = document.createElement(kind);
  made.append(content);
  made.className = name;
  if (kind === "th") made.scope = "row";
  return made;
}

function row(...cells) {
  const made = document.createElement("tr");
  made.append(...cells);
  return made;
}

// rows are made anew only where they differ, so that a button that has the focus stays
const shown = new Map();
function fill(id, items, toRow, none) {
  const text = JSON.stringify(items);
  if (shown.get(id) === text) return;
  shown.set(id, text);
  const nothing = () => {
    const only = cell(none, "td", "none");
    only.colSpan = 9;
    return row(only);
  };
  element(id).replaceChildren(...(items.length ? items.map(toRow) : [nothing()]));
}

const seconds = (value) => `${value.toFixed(value < 10 ? 2 : 0)} s`;
const percent = (part) => `${(100 * part).toFixed(0)} %`;

function tiles(status) {
  const { counts } = status;
  const { completed = 0, ...others } = counts.ended;
  const lost = Object.values(others).reduce((sum, count) => sum + count, 0);
  const all = [
    ["Waiting", counts.waiting, `of ${status.max_queue}`],
    ["On the device", counts.running, ""],
    ["Mean batch", counts.mean_batch_size?.toFixed(2) ?? "–", ""],
    ["Shared a batch", counts.merge_rate === null ? "–" : percent(counts.merge_rate), ""],
    ["Completed", completed, ""],
    ["Not completed", lost, ""],
  ];
  fill("tiles", all, ([name, value, note]) => {
    const tile = document.createElement("div");
    const number = cell(String(value), "dd");
    if (note) number.append(" ", cell(note, "small"));
    tile.append(cell(name, "dt"), number);
    return tile;
  });
}

function underWay(request) {
  const state = cell("", "td", "state");
  if (request.state === "running" && request.of) {
    const progress = document.createElement("progress");
    [progress.max, progress.value] = [request.of, request.done];
    progress.ariaLabel = "Progress";
    state.append(progress, `${request.done} of ${request.unit === "tokens" ? "up to " : ""}${request.of} ${request.unit}`);
  } else {
    state.append(request.state);
  }
  return row(cell(request.model, "th"), cell(request.asked_for), state, cell(seconds(request.age_s), "td", "number"));
}

function bar(part) {
  const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
  const [picture, filled] = [svg("svg"), svg("rect")];
  picture.setAttribute("class", "bar");
  picture.setAttribute("aria-hidden", "true");
  filled.setAttribute("width", `${100 * part}%`);
  filled.setAttribute("height", "8");
  picture.append(filled);
  return picture;
}

function batches(status) {
  const { batch_sizes: sizes, not_merged: reasons } = status.counts;
  const most = Math.max(...sizes.map((size) => size.steps));
  fill("sizes", sizes, ({ least, most: upTo, steps }) => {
    const name = upTo === null ? `${least} or more` : least === upTo ? `${least}` : `${least} to ${upTo}`;
    return row(cell(name, "th"), cell(String(steps), "td", "number"), cell(bar(steps / most), "td", "wide"));
  }, "No step yet.");
  fill("reasons", Object.entries(reasons).sort(([, a], [, b]) => b - a), ([reason, count]) =>
    row(cell(words[reason] ?? reason, "th"), cell(String(count), "td", "number")), "None so far.");
}

function ended(request) {
  const at = new Date(1000 * request.ended_at);
  const isGood = request.outcome === "completed";
  const outcome = cell(words[request.outcome] ?? request.outcome, "td", isGood ? "" : "bad");
  if (request.video) {
    const button = cell("Show", "button");
    button.ariaLabel = `Show ${request.video}`;
    button.addEventListener("click", () => showVideo(request));
    outcome.append(" ", button);
  }
  return row(
    cell(at.toLocaleTimeString(), "th"), cell(request.model), cell(request.asked_for), outcome,
    cell(seconds(request.latency_s), "td", "number"), cell(String(request.largest_batch ?? ""), "td", "number"),
    cell(request.stages ? stagesOf(request.stages) : "", "td", "small"));
}

async function showVideo(request) {
  try {
    const reply = await ask(`v1/videos/${request.video}/content`);
    show(await moving(reply, request.asked_for), `${request.video}: ${stagesOf(request.stages)}`);
    element("figure").scrollIntoView({ block: "nearest" });
    say("");
  } catch (error) {
    say(error.message);
  }
}

// what was measured of batches, where the server uses them only as far as they gain
async function limits() {
  const text = await fetch("metrics").then((reply) => reply.text()).catch(() => "");
  const found = text.matchAll(/^bench_serve_shape_batch_limit\{model="(.*)",shape="(.*)"\} (\d+)$/gm);
  const all = [...found].map(([, model, shape, most]) => `${model} ${shape}: up to ${most}`);
  element("limits").textContent = `As measured, these requests share a step: ${all.join("; ")}.`;
  element("limits").hidden = all.length === 0;
}

function render(status) {
  const { mode, max_size: most } = status.batching;
  const batching = mode === "dynamic" ? `batches of up to ${most}` : "batching is off";
  const names = status.models.map((model) => model.id).join(", ");
  element("server").textContent = [status.state, names, batching, `version ${status.version}`].filter(Boolean).join(" · ");
  listModels(status.models);
  tiles(status);
  const first = status.under_way.slice(0, MOST_UNDER_WAY);
  const others = status.under_way.length - first.length;
  fill("under-way", first, underWay, "None. The queue is empty.");
  element("others").textContent = `${others} more ${others === 1 ? "is" : "are"} under way or waiting.`;
  element("others").hidden = others === 0;
  batches(status);
  fill("ended", status.ended, ended, "None yet.");
}

function trouble(text) {
  element("trouble").textContent = text;
  element("trouble").hidden = !text;
}

async function look() {
  if (document.hidden) return;
  try {
    const reply = await fetch("status", { headers: headers() });
    if (reply.ok) render(await reply.json());
    else if (reply.status === 401) element("server").textContent = "Enter an API key to see what the server is doing.";
    trouble(reply.ok || reply.status === 401 ? "" : await problem(reply));
    await limits();
  } catch {
    trouble("The server does not answer. What is shown is the state of its last reply.");
  }
}

async function follow() {
  await look();
  setTimeout(follow, EVERY_MS);
}

element("key").addEventListener("change", look);
document.addEventListener("visibilitychange", look);
follow();
