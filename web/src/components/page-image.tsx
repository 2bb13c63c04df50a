import { useState } from "react";

interface Props {
  addressOf: (width: number) => string;
  number: number;
  /** What to look for: a picture can't be marked. */
  quote: string | null;
}

/** Few widths, so that the pictures can be cached. */
const WIDTHS = [800, 1200, 1600];

export function PageImage({ addressOf, number, quote }: Props) {
  const [state, setState] = useState<"loading" | "shown" | "failed">("loading");
  const [width] = useState(widthForScreen);
  if (state === "failed") {
    return <p className="viewer-body quiet">There is no picture of this page. Its text can still be read.</p>;
  }
  return (
    <div className="viewer-body page-image" tabIndex={0} role="group" aria-label={`Picture of page ${number}`}>
      {quote && <p className="note looking-for">Look for: “{quote.replace(/\s+/g, " ")}”</p>}
      {state === "loading" && <p className="quiet">Drawing the page…</p>}
      <img src={addressOf(width)} alt={`Page ${number} as it is printed`} onLoad={() => setState("shown")} onError={() => setState("failed")} />
    </div>
  );
}

function widthForScreen(): number {
  const wanted = Math.min(window.innerWidth, 700) * window.devicePixelRatio;
  return WIDTHS.find((width) => width >= wanted) ?? 1600;
}
