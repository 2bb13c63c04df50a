import { useLayoutEffect, useMemo, useRef } from "react";
import type { Page } from "../api/types.ts";
import { runsOf } from "../text/marks.ts";
import { reflow } from "../text/reflow.ts";

interface Props {
  page: Page;
  /** A quote should be marked here. */
  isCited: boolean;
}

export function PageText({ page, isCited }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const runs = useMemo(() => runsOf(page.paged ? reflow(page.text) : page.text, page.marks), [page]);
  useLayoutEffect(() => {
    const mark = body.current?.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    else if (body.current) body.current.scrollTop = 0;
  }, [page]);
  return (
    <div ref={body} className="viewer-body" tabIndex={0} role="group" aria-label={`Text of ${page.paged ? "page" : "part"} ${page.number}`}>
      {isCited && page.marks.length === 0 && <p className="note">The quoted words could not be found again here.</p>}
      {page.text.trim() === "" ? (
        <p className="quiet">There is no text on this page.</p>
      ) : (
        <p className="page-text" dir="auto">
          {runs.map((run, index) => (run.marked ? <mark key={index}>{run.text}</mark> : run.text))}
        </p>
      )}
    </div>
  );
}
