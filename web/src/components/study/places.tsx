import type { Citation } from "../../api/types.ts";
import { place } from "../../text/format.ts";
import { useWorkspace } from "../context.ts";

/** Stands between the headings of a path. */
const SEPARATOR = " › ";

/** The pages that an item was taken from. */
export function Places({ citations }: { citations: readonly Citation[] }) {
  const workspace = useWorkspace();
  if (citations.length === 0) return null;
  return (
    <span className="places">
      {citations.map((citation) =>
        citation.file_name === null ? (
          <span key={citation.n} className="place gone">
            from a deleted file
          </span>
        ) : (
          <button
            key={citation.n}
            type="button"
            className="place"
            title={citation.file_name}
            aria-label={`Source: ${citation.file_name}, ${place(citation)}`}
            onClick={(event) => {
              event.stopPropagation();
              workspace.openCitation(citation);
            }}
          >
            {short(citation)}
          </button>
        ),
      )}
    </span>
  );
}

function short({ page_from: from, page_to: to, heading }: Citation): string {
  if (from === null) return heading?.split(SEPARATOR).at(-1) || "source";
  return to === null || to === from ? `p. ${from}` : `p. ${from}–${to}`;
}
