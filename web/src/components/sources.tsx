import type { Citation } from "../api/types.ts";
import { place } from "../text/format.ts";
import { useWorkspace } from "./context.ts";

/** Where an answer comes from, one line a source. */
export function Sources({ citations }: { citations: Citation[] }) {
  return (
    <ol className="sources" aria-label="Sources">
      {citations.map((citation) => (
        <li key={citation.n}>
          <Source citation={citation} />
        </li>
      ))}
    </ol>
  );
}

function Source({ citation }: { citation: Citation }) {
  const workspace = useWorkspace();
  if (citation.file_name === null) {
    return (
      <span className="source">
        <span className="source-number">{citation.n}</span>
        <span className="source-name">From a deleted file</span>
      </span>
    );
  }
  const heading = citation.page_from === null ? null : citation.heading;
  return (
    <button type="button" className="source" onClick={() => workspace.openCitation(citation)}>
      <span className="source-number">{citation.n}</span>
      <span className="source-name" dir="auto">
        {citation.file_name}
      </span>
      <span className="source-place">{[place(citation), heading].filter(Boolean).join(" · ")}</span>
    </button>
  );
}
