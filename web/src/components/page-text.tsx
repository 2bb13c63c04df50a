import { useLayoutEffect, useMemo, useRef } from "react";
import type { Citation, Page } from "../api/types.ts";
import { runsOf } from "../text/marks.ts";

interface Props {
  page: Page;
  citation: Citation | null;
}

export function PageText({ page, citation }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const runs = useMemo(() => runsOf(page.text, page.marks), [page]);
  useLayoutEffect(() => {
    const mark = body.current?.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    else if (body.current) body.current.scrollTop = 0;
  }, [page]);
  const isUnmarked = citation?.page_from === page.number && page.marks.length === 0;
  return (
    <div ref={body} className="viewer-body" tabIndex={0} role="group" aria-label={`Text of ${page.paged ? "page" : "part"} ${page.number}`}>
      {isUnmarked && <p className="note">The quoted words could not be found again on this page.</p>}
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
