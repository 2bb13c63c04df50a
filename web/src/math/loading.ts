import type { Typeset } from "./typeset.ts";

let loading: Promise<Typeset> | null = null;
let loaded: Typeset | null = null;

export function loadedFormulas(): Typeset | null {
  return loaded;
}

/** Loads what formulas need, when the first one is shown: KaTeX, and its styles, which name its fonts. */
export function loadFormulas(): Promise<Typeset> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<Typeset> {
  const [{ typeset }] = await Promise.all([import("./typeset.ts"), loadStyles()]);
  loaded = typeset;
  return typeset;
}

function loadStyles(): Promise<void> {
  const address = document.querySelector<HTMLMetaElement>("meta[name=clara-formulas]")?.content;
  if (!address) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error("the styles of formulas could not be loaded"));
    });
    document.head.append(link);
  });
}
