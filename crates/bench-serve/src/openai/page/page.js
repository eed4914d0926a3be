"use strict";

const element = (id) => document.getElementById(id);
const say = (text) => { element("status").textContent = text; };
const headers = () => {
  const key = element("key").value.trim();
  return key ? { authorization: `Bearer ${key}` } : {};
};

async function problem(reply) {
  const document = await reply.json().catch(() => ({}));
  return document.error?.message ?? `the server replied with ${reply.status}`;
}

async function listModels() {
  const reply = await fetch("v1/models", { headers: headers() });
  if (!reply.ok) return say(await problem(reply));
  const models = (await reply.json()).data.map((model) => new Option(model.id));
  element("model").replaceChildren(...models);
  say("");
}

// whether a model makes videos is known from what it refuses
async function make(asked) {
  // a form keeps each digit of a seed, and a number of this language does not
  const post = (path) => {
    const body = new FormData();
    Object.entries(asked).forEach(([name, value]) => body.append(name, value));
    body.append("output_format", "png");
    return fetch(path, { method: "POST", headers: headers(), body });
  };
  const video = await post("v1/videos/sync");
  if (video.ok) return [video, URL.createObjectURL(await video.blob())];
  if (video.status !== 400) throw new Error(await problem(video));
  const refused = await video.json();
  if (refused.error.param !== "model") throw new Error(refused.error.message);
  const picture = await post("v1/images/generations");
  if (!picture.ok) throw new Error(await problem(picture));
  const base64 = (await picture.json()).data[0].b64_json;
  return [picture, `data:image/png;base64,${base64}`];
}

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const asked = { model: element("model").value, prompt: element("prompt").value };
  if (element("seed").value) asked.seed = element("seed").value;
  say("generating…");
  try {
    const [reply, url] = await make(asked);
    element("made").src = url;
    element("made").alt = asked.prompt;
    const stages = Object.entries(JSON.parse(reply.headers.get("x-stage-durations")));
    element("stages").textContent =
      stages.map(([name, seconds]) => `${name} ${seconds.toFixed(3)} s`).join(", ");
    element("figure").hidden = false;
    await tellBatches();
    say("");
  } catch (error) {
    say(error.message);
  }
});

// what was measured of batches, where the server uses them only as far as they gain
async function tellBatches() {
  const text = await fetch("metrics").then((reply) => reply.text()).catch(() => "");
  const limits = text.matchAll(/^bench_serve_shape_batch_limit\{model="(.*)",shape="(.*)"\} (\d+)$/gm);
  const words = [...limits].map(([, model, shape, most]) => `${model} ${shape}: up to ${most}`);
  element("batches").textContent = `requests computed together: ${words.join("; ")}`;
  element("batches").hidden = words.length === 0;
}

element("key").addEventListener("change", listModels);
listModels();
