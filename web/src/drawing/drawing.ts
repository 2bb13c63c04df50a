import mermaid from "mermaid";
import type { Drawn, Wanted } from "./messages.ts";

/**
 * Draws diagrams for the page that holds this document in a frame. Mermaid writes styles into what it draws, which the
 * page's policy forbids; this document's policy allows that, and nothing else: it has no origin, and reaches no server.
 */
/** Without HTML in labels, those of mind maps begin at the middle of their nodes; and their edges are as thick as rope. */
const CENTRED = ".mindmap-node text { text-anchor: middle; } .mindmapDiagram .edge, [class*='edge-depth'] { stroke-width: 3px; }";

let queue: Promise<void> = Promise.resolve();
let count = 0;

window.addEventListener("message", (event: MessageEvent<Wanted>) => {
  if (event.source !== window.parent) return;
  queue = queue.then(() => answer(event.data));
});
window.parent.postMessage({ ready: true } satisfies Drawn, "*");

async function answer(wanted: Wanted): Promise<void> {
  let drawn: Drawn;
  try {
    drawn = { id: wanted.id, svg: await draw(wanted) };
  } catch (error) {
    drawn = { id: wanted.id, problem: error instanceof Error ? error.message : String(error) };
  }
  window.parent.postMessage(drawn, "*");
}

async function draw({ source, theme, font, isDark }: Wanted): Promise<string> {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    htmlLabels: false,
    flowchart: { htmlLabels: false, useMaxWidth: false, padding: 14 },
    sequence: { useMaxWidth: false },
    class: { useMaxWidth: false, htmlLabels: false },
    state: { useMaxWidth: false },
    er: { useMaxWidth: false },
    mindmap: { useMaxWidth: false },
    timeline: { useMaxWidth: false },
    fontFamily: font,
    theme: "base",
    darkMode: isDark,
    themeVariables: { ...theme, darkMode: isDark, fontFamily: font, fontSize: "15px" },
    themeCSS: CENTRED,
    // A tree of many leaves is too wide to be seen at once; around its root it isn't.
    layout: source.startsWith("mindmap") ? "cose-bilkent" : "dagre",
  });
  count += 1;
  const { svg } = await mermaid.render(`diagram-${count}`, source);
  return svg;
}
