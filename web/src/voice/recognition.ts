/** The browser's own recognition of speech: where it exists, for a server that has no speech service. */

interface Alternative {
  transcript: string;
}

interface RecognitionEvent extends Event {
  resultIndex: number;
  results: ArrayLike<ArrayLike<Alternative> & { isFinal: boolean }>;
}

interface BrowserRecognition extends EventTarget {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  start(): void;
  abort(): void;
}

export interface RecognitionObserver {
  /** All of what is being said; `isFinal`: and was, for nothing followed. */
  onWords(text: string, isFinal: boolean): void;
  /** The browser's name of what went wrong, after which nothing is heard. */
  onFailed(error: string): void;
}

const RESTARTED_AFTER_MS = 250;
/** A browser calls words final at each breath: who says nothing more for so long has finished. */
const FINISHED_AFTER_MS = 800;
/** Not failures: nothing was said, or we stopped it ourselves. */
const HARMLESS: ReadonlySet<string> = new Set(["no-speech", "aborted"]);
const MOST_FAILURES = 3;

export function canRecognise(): boolean {
  return recogniser() !== null;
}

/** Hears until it is stopped: a browser ends its recognition after each pause, and it is begun again. */
export class Recognition {
  readonly #browser: BrowserRecognition;
  readonly #observer: RecognitionObserver;
  #isWanted = false;
  #isRunning = false;
  #failures = 0;
  #timer: number | undefined;
  /** What was said since the last pause, as far as the browser is sure of it. */
  #said = "";
  #open = "";
  #finishing: number | undefined;

  constructor(language: string, observer: RecognitionObserver) {
    const Recogniser = recogniser();
    if (Recogniser === null) throw new Error("this browser doesn't recognise speech");
    this.#observer = observer;
    this.#browser = new Recogniser();
    this.#browser.lang = language;
    this.#browser.continuous = true;
    this.#browser.interimResults = true;
    this.#browser.addEventListener("result", (event) => this.#heard(event as RecognitionEvent));
    this.#browser.addEventListener("error", (event) => this.#failed((event as Event & { error: string }).error));
    this.#browser.addEventListener("end", () => this.#ended());
  }

  start(): void {
    this.#isWanted = true;
    this.#begin();
  }

  stop(): void {
    this.#isWanted = false;
    window.clearTimeout(this.#timer);
    this.#finish();
    this.#browser.abort();
  }

  #begin(): void {
    if (!this.#isWanted || this.#isRunning) return;
    this.#isRunning = true;
    this.#browser.start();
  }

  #heard({ results, resultIndex }: RecognitionEvent): void {
    if (!this.#isWanted) return;
    this.#failures = 0;
    let open = "";
    for (let at = resultIndex; at < results.length; at += 1) {
      const result = results[at];
      const text = result?.[0]?.transcript ?? "";
      if (result?.isFinal) this.#said = joined(this.#said, text.trim());
      else open += text;
    }
    this.#open = open.trim();
    window.clearTimeout(this.#finishing);
    if (this.#all === "") return;
    this.#observer.onWords(this.#all, false);
    if (this.#open === "") this.#finishing = window.setTimeout(() => this.#finish(), FINISHED_AFTER_MS);
  }

  get #all(): string {
    return `${this.#said} ${this.#open}`.trim();
  }

  #finish(): void {
    const all = this.#all;
    window.clearTimeout(this.#finishing);
    this.#said = this.#open = "";
    if (all !== "") this.#observer.onWords(all, true);
  }

  #failed(error: string): void {
    if (HARMLESS.has(error) || !this.#isWanted) return;
    this.#failures += 1;
    // The service behind it may be out of reach for a moment; what is forbidden stays so.
    if (error === "network" && this.#failures < MOST_FAILURES) return;
    this.stop();
    this.#observer.onFailed(error);
  }

  #ended(): void {
    this.#isRunning = false;
    // Not every browser makes final what it has heard before it stops.
    if (this.#open !== "") this.#finish();
    if (this.#isWanted) this.#timer = window.setTimeout(() => this.#begin(), RESTARTED_AFTER_MS);
  }
}

/** Chrome on Android calls each longer version of what it hears final. */
function joined(said: string, more: string): string {
  const isLonger = said !== "" && more.toLowerCase().startsWith(said.toLowerCase());
  return isLonger ? more : `${said} ${more}`.trim();
}

function recogniser(): (new () => BrowserRecognition) | null {
  const known = window as unknown as Record<string, (new () => BrowserRecognition) | undefined>;
  return known["SpeechRecognition"] ?? known["webkitSpeechRecognition"] ?? null;
}
