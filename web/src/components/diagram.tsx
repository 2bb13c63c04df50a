import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { drawDiagram } from "../drawing/frame.ts";
import { Icon } from "./icons.tsx";

interface Props {
  title: string;
  source: string;
  /** What it shows, in words. */
  description: string;
}

/** Below this scale the words of a diagram can't be read: then only a part of it is shown, larger. */
const LEAST_FIT = 0.55;
const READABLE = 0.75;
const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3];

/** A diagram as a picture, which can't do anything; its text where it can't be drawn. */
export function Diagram({ title, source, description }: Props) {
  const { address, size, problem } = useDrawing(source);
  const [zoom, setZoom] = useState<number | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const isTooSmall = size !== null && frame.current !== null && frame.current.clientWidth < size.width * LEAST_FIT;
    if (isTooSmall) setZoom(READABLE);
  }, [size?.width]);
  useLayoutEffect(() => {
    // A mind map is read from its middle, everything else from the top left.
    const box = frame.current;
    if (zoom === READABLE && box !== null && source.startsWith("mindmap")) {
      box.scrollTo((box.scrollWidth - box.clientWidth) / 2, (box.scrollHeight - box.clientHeight) / 2);
    }
  }, [zoom, source]);
  if (problem !== null) {
    return (
      <figure className="diagram">
        <p className="note">This diagram could not be drawn ({problem}). This is its text:</p>
        <pre className="diagram-source" tabIndex={0}>
          <code>{source}</code>
        </pre>
      </figure>
    );
  }
  const step = (by: 1 | -1) => {
    const now = ZOOMS.indexOf(zoom ?? 1);
    setZoom(ZOOMS[Math.min(Math.max(now + by, 0), ZOOMS.length - 1)] ?? 1);
  };
  return (
    <figure className="diagram">
      <div ref={frame} className="diagram-frame" tabIndex={0} role="group" aria-label={`Diagram: ${title}`} aria-busy={address === null}>
        {address === null ? (
          <p className="quiet">Drawing…</p>
        ) : (
          <img className={zoom === null ? "fitted" : undefined} src={address} alt={description} width={size ? size.width * (zoom ?? 1) : undefined} height={zoom === null || !size ? undefined : size.height * zoom} />
        )}
      </div>
      <figcaption className="diagram-tools">
        <button type="button" className="icon-button small" aria-label="Smaller" title="Smaller" aria-disabled={zoom === ZOOMS[0]} onClick={() => step(-1)}>
          <Icon name="zoomOut" />
        </button>
        <button type="button" className="icon-button small" aria-label="Larger" title="Larger" aria-disabled={zoom === ZOOMS.at(-1)} onClick={() => step(1)}>
          <Icon name="zoomIn" />
        </button>
        <button type="button" className="text-button" aria-pressed={zoom === null} onClick={() => setZoom(null)}>
          Fit
        </button>
        {address !== null && (
          <a className="text-button" href={address} download={`${title.replace(/[^\p{L}\p{N} _-]+/gu, "").trim() || "diagram"}.svg`}>
            <Icon name="download" /> SVG
          </a>
        )}
      </figcaption>
      <details className="diagram-text">
        <summary>As text</summary>
        <pre className="diagram-source" tabIndex={0}>
          <code>{source}</code>
        </pre>
      </details>
    </figure>
  );
}

interface Drawing {
  address: string | null;
  size: { width: number; height: number } | null;
  problem: string | null;
}

const nothing: Drawing = { address: null, size: null, problem: null };

/** Draws again when the colours of the system change. */
function useDrawing(source: string): Drawing {
  const [drawing, setDrawing] = useState(nothing);
  const [scheme, setScheme] = useState(0);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const onChange = () => setScheme((now) => now + 1);
    dark.addEventListener("change", onChange);
    return () => dark.removeEventListener("change", onChange);
  }, []);
  useEffect(() => {
    let isWanted = true;
    let address: string | null = null;
    drawDiagram(source).then(
      (svg) => {
        if (!isWanted) return;
        address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
        setDrawing({ address, size: sizeOf(svg), problem: null });
      },
      (error: unknown) => isWanted && setDrawing({ ...nothing, problem: error instanceof Error ? error.message : "for an unknown reason" }),
    );
    return () => {
      isWanted = false;
      if (address !== null) URL.revokeObjectURL(address);
    };
  }, [source, scheme]);
  return drawing;
}

function sizeOf(svg: string): Drawing["size"] {
  const box = /viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/.exec(svg);
  return box ? { width: Math.ceil(Number(box[1])), height: Math.ceil(Number(box[2])) } : null;
}
