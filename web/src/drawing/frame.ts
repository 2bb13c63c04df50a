import type { Drawn, Wanted } from "./messages.ts";

const START_MS = 30_000;
const DRAW_MS = 20_000;

interface Waiting {
  resolve(svg: string): void;
  reject(problem: Error): void;
}

/** The frame in which diagrams are drawn (drawing.ts): made with the first diagram, and kept. */
class DrawingFrame {
  readonly #waiting = new Map<number, Waiting>();
  readonly #frame = document.createElement("iframe");
  readonly #ready: Promise<void>;
  #count = 0;

  constructor(address: string) {
    this.#frame.src = address;
    this.#frame.className = "drawing-frame";
    this.#frame.title = "Diagrams are drawn here";
    this.#frame.tabIndex = -1;
    this.#frame.ariaHidden = "true";
    this.#frame.setAttribute("sandbox", "allow-scripts");
    this.#ready = new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => reject(new Error("what draws diagrams could not be loaded")), START_MS);
      window.addEventListener("message", (event: MessageEvent<Drawn>) => {
        if (event.source !== this.#frame.contentWindow) return;
        if ("ready" in event.data) {
          window.clearTimeout(timer);
          resolve();
        } else {
          this.#take(event.data);
        }
      });
    });
    document.body.append(this.#frame);
  }

  async draw(wanted: Omit<Wanted, "id">): Promise<string> {
    await this.#ready;
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => this.#take({ id, problem: "drawing took too long" }), DRAW_MS);
      const done = () => window.clearTimeout(timer);
      this.#waiting.set(id, {
        resolve: (svg) => {
          done();
          resolve(svg);
        },
        reject: (problem) => {
          done();
          reject(problem);
        },
      });
      // The frame has no origin to name.
      this.#frame.contentWindow?.postMessage({ ...wanted, id } satisfies Wanted, "*");
    });
  }

  remove(): void {
    this.#frame.remove();
  }

  #take(drawn: Exclude<Drawn, { ready: true }>): void {
    const waiting = this.#waiting.get(drawn.id);
    this.#waiting.delete(drawn.id);
    if ("svg" in drawn) waiting?.resolve(drawn.svg);
    else waiting?.reject(new Error(drawn.problem));
  }
}

let frame: DrawingFrame | null = null;

/** Draws Mermaid text as SVG, in the page's own colours. */
export async function drawDiagram(source: string): Promise<string> {
  const address = document.querySelector<HTMLMetaElement>("meta[name=clara-drawing]")?.content;
  if (!address) throw new Error("the page was built without what draws diagrams");
  const drawing = (frame ??= new DrawingFrame(address));
  try {
    return await drawing.draw({ source, ...appearance() });
  } catch (error) {
    if (frame === drawing && error instanceof Error && error.message.includes("could not be loaded")) {
      drawing.remove();
      frame = null;
    }
    throw error;
  }
}

function appearance(): Omit<Wanted, "id" | "source"> {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  const [surface, ink, line] = [colour("--surface"), colour("--ink"), colour("--ink-soft")];
  const [accent, soft, sunken] = [colour("--accent"), colour("--accent-soft"), colour("--sunken")];
  return {
    isDark: matchMedia("(prefers-color-scheme: dark)").matches,
    font: colour("--sans"),
    theme: {
      background: surface,
      primaryColor: soft,
      primaryTextColor: ink,
      primaryBorderColor: accent,
      secondaryColor: sunken,
      secondaryTextColor: ink,
      tertiaryColor: surface,
      tertiaryTextColor: ink,
      lineColor: line,
      textColor: ink,
      noteBkgColor: sunken,
      noteTextColor: ink,
      edgeLabelBackground: surface,
      ...branches(colour, ink),
    },
  };
}

const BRANCHES = 12;

/** The colours of a map's branches, which Mermaid otherwise makes of the first by turning it round the wheel. */
function branches(colour: (name: string) => string, ink: string): Record<string, string> {
  const colours: Record<string, string> = {};
  for (let at = 0; at < BRANCHES; at += 1) {
    const own = colour(`--branch-${(at % 6) + 1}`);
    colours[`cScale${at}`] = own;
    colours[`cScaleLabel${at}`] = ink;
    colours[`cScaleInv${at}`] = own;
    colours[`cScalePeer${at}`] = own;
  }
  return colours;
}
