import { useLayoutEffect, useRef, useState } from "react";
import type { Citation } from "../api/types.ts";
import { place } from "../text/format.ts";
import { useWorkspace } from "./context.ts";

const MAX_QUOTE = 220;

/** A citation in the text: its file and page on hover and focus, its page with the quote marked on a click. */
export function CitationButton({ citation }: { citation: Citation }) {
  const workspace = useWorkspace();
  const button = useRef<HTMLButtonElement>(null);
  const [isTold, setTold] = useState(false);
  if (citation.file_name === null) {
    return <span className="citation gone" title="From a deleted file">{citation.n}</span>;
  }
  const name = `${citation.file_name}, ${place(citation)}`;
  return (
    <>
      <button
        ref={button}
        type="button"
        className="citation"
        aria-label={`Source ${citation.n}: ${name}`}
        onClick={() => {
          setTold(false);
          workspace.openCitation(citation);
        }}
        onPointerEnter={(event) => event.pointerType === "mouse" && setTold(true)}
        onPointerLeave={() => setTold(false)}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && setTold(true)}
        onBlur={() => setTold(false)}
        onKeyDown={(event) => event.key === "Escape" && setTold(false)}
      >
        {citation.n}
      </button>
      {isTold && button.current && <CitationTip citation={citation} beside={button.current} />}
    </>
  );
}

/** What a citation stands for, beside it and inside the window. The button's name says the same to a screen reader. */
function CitationTip({ citation, beside }: { citation: Citation; beside: HTMLElement }) {
  const tip = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const box = tip.current;
    if (box === null) return;
    const anchor = beside.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const left = Math.min(Math.max(8, anchor.left + anchor.width / 2 - width / 2), window.innerWidth - width - 8);
    const above = anchor.top - height - 8;
    box.style.left = `${left}px`;
    box.style.top = `${above > 8 ? above : anchor.bottom + 8}px`;
  }, [beside]);
  return (
    <span ref={tip} className="citation-tip" aria-hidden="true">
      <span className="citation-tip-place">
        {citation.file_name} · {place(citation)}
      </span>
      {citation.quote && <span className="citation-tip-quote">“{shortened(citation.quote)}”</span>}
    </span>
  );
}

function shortened(quote: string): string {
  const line = quote.replace(/\s+/g, " ").trim();
  return line.length <= MAX_QUOTE ? line : `${line.slice(0, MAX_QUOTE - 1).trimEnd()}…`;
}
