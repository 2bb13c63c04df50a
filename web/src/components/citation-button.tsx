import type { Citation } from "../api/types.ts";
import { place } from "../text/format.ts";
import { useWorkspace } from "./context.ts";

export function CitationButton({ citation }: { citation: Citation }) {
  const workspace = useWorkspace();
  if (citation.file_name === null) {
    return <span className="citation gone" title="From a deleted file">{citation.n}</span>;
  }
  const name = `${citation.file_name}, ${place(citation)}`;
  return (
    <button type="button" className="citation" aria-label={`Source ${citation.n}: ${name}`} title={name} onClick={() => workspace.openCitation(citation)}>
      {citation.n}
    </button>
  );
}
