// Starts the program that the address asks for. The overview and the page of a series have small ones
// of their own; any other page is in the program with all of them, which is fetched once it is wanted.
// All pages but the overview have styles of their own.
const { overview, series, pages } = PROGRAMS;

// what is fetched is asked for before the document is there, but a program needs its place in it
const parsed = new Promise((done) => {
  if (document.readyState !== "loading") done();
  else addEventListener("DOMContentLoaded", done, { once: true });
});

// compiled as it arrives; a host that sends it as something else is left to its script
const compiled = async (program) => {
  const response = await fetch(program);
  const isProgram = response.headers.get("content-type")?.startsWith("application/wasm");
  return isProgram ? WebAssembly.compileStreaming(response) : response;
};

const link = (attributes) =>
  document.head.append(Object.assign(document.createElement("link"), attributes));

// without its styles a page is still there to be read
let styled;
const style = () =>
  (styled ??= Promise.all(
    [...document.querySelectorAll("link[data-later]")].map(
      (sheet) =>
        new Promise((done) => Object.assign(sheet, { rel: "stylesheet", onload: done, onerror: done })),
    ),
  ));

// script, program and styles at once, not one after the other
const start = async (which) => {
  const all = [import(which.script), compiled(which.program), parsed, which === overview || style()];
  const [{ default: init }, module_or_path] = await Promise.all(all);
  await init({ module_or_path });
};

let early = () => {
  early = () => {};
  style();
  link({ rel: "modulepreload", href: pages.script });
  link({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href: pages.program });
};

const { hash } = location;
const [, key] = /^#\/series\/([^/?]+)/.exec(hash) ?? [];
const first = /^#?\/*(\?|$)/.test(hash) ? overview : key ? series : pages;
// the history of the first source's series, which would else be asked for by the program only
const head = document.querySelector("link[data-preload=head]")?.getAttribute("href");
if (/^[0-9a-f]+$/.test(key) && head && !/[?&]source=/.test(hash)) {
  const href = head.replace("head.ndjson", `series/${key}.ndjson`);
  link({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href });
}

start(first).catch(async (error) => {
  console.error(error);
  await parsed;
  // nothing is shown yet but what the document has
  const words = document.querySelector("#app main p");
  words.setAttribute("role", "alert");
  words.textContent =
    "The program of this page cannot be reached. Check the connection, then load the page again.";
});

if (first !== pages) {
  let wanted;
  addEventListener("pages-wanted", () => {
    early = () => {};
    wanted ??= start(pages).catch(() => {
      wanted = undefined;
      dispatchEvent(new Event("pages-failed"));
    });
  });
  // whoever moves a pointer or presses a key is about to go on
  for (const sign of ["pointermove", "pointerdown", "keydown"]) {
    addEventListener(sign, () => early(), { once: true, passive: true });
  }
}
