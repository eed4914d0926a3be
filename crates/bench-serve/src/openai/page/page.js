"use strict";

const element = (id) => document.getElementById(id);
const say = (text) => { element("problem").textContent = text; };
const headers = () => {
  const key = element("key").value.trim();
  return key ? { authorization: `Bearer ${key}` } : {};
};

async function problem(reply) {
  const document = await reply.json().catch(() => ({}));
  return document.error?.message ?? `the server replied with ${reply.status}`;
}

// what a model makes, by its name; status.js fills it in
const makes = new Map();

function listModels(models) {
  const names = models.map((model) => model.id);
  if (names.join("\n") === [...makes.keys()].join("\n")) return;
  makes.clear();
  models.forEach((model) => makes.set(model.id, model.makes));
  element("model").replaceChildren(...names.map((name) => new Option(name)));
}

// a form keeps each digit of a seed, and a number of this language does not
function form(asked) {
  const body = new FormData();
  Object.entries(asked).forEach(([name, value]) => body.append(name, value));
  return body;
}

async function ask(path, options, type) {
  const sent = type ? { ...headers(), "content-type": type } : headers();
  const reply = await fetch(path, { ...options, headers: sent });
  if (!reply.ok) throw new Error(await problem(reply));
  return reply;
}

const post = (path, body, type) => ask(path, { method: "POST", body }, type);

// of a language model's request, which is JSON alone, the digits of the seed are put in as they are
function conversation({ model, prompt, seed }) {
  const rest = JSON.stringify({ model, messages: [{ role: "user", content: prompt }], max_tokens: 128 });
  return seed ? `${rest.slice(0, -1)},"seed":${seed}}` : rest;
}

const make = {
  async videos(asked) {
    const reply = await post("v1/videos/sync", form(asked));
    return [reply, await moving(reply, asked.prompt)];
  },
  async images(asked) {
    const reply = await post("v1/images/generations", form({ ...asked, output_format: "png" }));
    const made = await reply.json();
    return [reply, picture(`data:image/png;base64,${made.data[0].b64_json}`, asked.prompt)];
  },
  async texts(asked) {
    const reply = await post("v1/chat/completions", conversation(asked), "application/json");
    const text = document.createElement("pre");
    text.textContent = (await reply.json()).choices[0].message.content;
    return [reply, text];
  },
};

function picture(url, words) {
  const image = new Image();
  [image.src, image.alt] = [url, words];
  return image;
}

// an animation or a film
async function moving(reply, words) {
  const blob = await reply.blob();
  const url = URL.createObjectURL(blob);
  if (!blob.type.startsWith("video/")) return picture(url, words);
  const film = document.createElement("video");
  Object.assign(film, { src: url, controls: true, loop: true, muted: true, autoplay: true, ariaLabel: words });
  return film;
}

const STAGES = ["queue", "batch", "text_encoder", "prefill", "denoise", "decode", "vae_decode", "encode"];
const stagesOf = (stages) =>
  Object.entries(stages).filter(([, seconds]) => seconds >= 0.0005)
    .sort(([a], [b]) => STAGES.indexOf(a) - STAGES.indexOf(b))
    .map(([name, seconds]) => `${name} ${seconds.toFixed(3)} s`).join(", ");

function show(made, words) {
  element("made").querySelectorAll("[src^='blob:']").forEach((old) => URL.revokeObjectURL(old.src));
  element("made").replaceChildren(made);
  element("stages").textContent = words;
  element("figure").hidden = false;
}

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const asked = { model: element("model").value, prompt: element("prompt").value };
  if (element("seed").value) asked.seed = element("seed").value;
  say("Generating…");
  try {
    const [reply, made] = await make[makes.get(asked.model)](asked);
    show(made, stagesOf(JSON.parse(reply.headers.get("x-stage-durations"))));
    say("");
  } catch (error) {
    say(error.message);
  }
});
