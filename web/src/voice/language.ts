import { Store } from "../state/store.ts";

/** Languages that most recognisers know; each learner's own come first. */
const KNOWN = "ar bg ca cs da de el en es fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv ta th tr uk ur vi zh".split(" ");

/** The language that a learner speaks: one that was chosen and is remembered in this browser, else the browser's first. */
export class SpokenLanguage {
  readonly store: Store<{ chosen: string | null }>;
  readonly #key: string;

  constructor(userId: string) {
    this.#key = `clara-spoken-language:${userId}`;
    this.store = new Store({ chosen: remembered(this.#key) });
  }

  choose(code: string | null): void {
    this.store.set({ chosen: code });
    try {
      if (code === null) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, code);
    } catch {
      // Where the browser keeps nothing, it holds for as long as the page is open.
    }
  }

  /** As the server takes it: ISO 639-1, undefined for a language that has no such code. */
  get code(): string | undefined {
    return codeOf(this.tag);
  }

  /** As the browser's own recognition and voice take it: with a region, which they go by. */
  get tag(): string {
    const { chosen } = this.store.get();
    if (chosen === null) return navigator.language || "en";
    const own = navigator.languages.find((tag) => codeOf(tag) === chosen && tag.includes("-"));
    return own ?? withRegion(chosen);
  }
}

/** Languages to choose from, by their own names. */
export function languages(): { code: string; name: string }[] {
  const own = navigator.languages.flatMap((tag) => codeOf(tag) ?? []);
  const others = KNOWN.map((code) => ({ code, name: nameOf(code) })).sort((a, b) => a.name.localeCompare(b.name));
  return [...[...new Set(own)].map((code) => ({ code, name: nameOf(code) })), ...others.filter(({ code }) => !own.includes(code))];
}

export function nameOf(code: string): string {
  return new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
}

export function codeOf(tag: string): string | undefined {
  const code = tag.split("-")[0]?.toLowerCase() ?? "";
  return /^[a-z]{2}$/.test(code) ? code : undefined;
}

function withRegion(code: string): string {
  const { language, region } = new Intl.Locale(code).maximize();
  return region === undefined ? language : `${language}-${region}`;
}

function remembered(key: string): string | null {
  try {
    return codeOf(localStorage.getItem(key) ?? "") ?? null;
  } catch {
    return null;
  }
}
