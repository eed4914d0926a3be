// Starts the program that the address asks for. The overview alone is a small one; any other page
// is in the program with all of them, which is fetched once it is wanted.
const { overview, pages } = PROGRAMS;

// script and program at once, not one after the other
const start = async ({ script, program }) => {
  const [{ default: init }, module_or_path] = await Promise.all([import(script), fetch(program)]);
  await init({ module_or_path });
};

const link = (attributes) =>
  document.head.append(Object.assign(document.createElement("link"), attributes));

let early = () => {
  early = () => {};
  link({ rel: "modulepreload", href: pages.script });
  link({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href: pages.program });
};

if (/^#?\/*(\?|$)/.test(location.hash)) {
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
  start(overview);
} else {
  start(pages);
  // the history of the first source's series, which would else be asked for by the program only
  const [, key] = /^#\/series\/([0-9a-f]+)(?!.*[?&]source=)/.exec(location.hash) ?? [];
  const head = document.querySelector("link[data-preload=head]")?.getAttribute("href");
  if (key && head) {
    const href = head.replace("head.ndjson", `series/${key}.ndjson`);
    link({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href });
  }
}
