import type { FileReceipt } from "../api/types.ts";
import { counted } from "../text/format.ts";

/** What a deletion removed, and which conversations may still speak of it. */
export function Receipt({ receipts }: { receipts: FileReceipt[] }) {
  const conversations = new Map(receipts.flatMap((receipt) => receipt.conversations.map((chat) => [chat.id, chat.title])));
  const kept = receipts.filter((receipt) => receipt.document_kept).length;
  return (
    <div className="receipt">
      <p>Removed for good, with the search index and what was made from the text:</p>
      <ul>
        {[...totals(receipts)].map(([name, count]) => (
          <li key={name}>{counted(count, singular(name), plain(name))}</li>
        ))}
      </ul>
      {kept > 0 && <p>{kept === 1 ? "The same file also lies in another folder, and stays there." : "Some of these files also lie in other folders, and stay there."}</p>}
      {conversations.size > 0 && (
        <>
          <p>These conversations may still speak of it:</p>
          <ul>
            {[...conversations].map(([id, title]) => (
              <li key={id}>{title || "Untitled conversation"}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function totals(receipts: FileReceipt[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of receipts.flatMap((receipt) => Object.entries(receipt.deleted))) {
    if (count > 0) sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return sums;
}

/** Our words for it, in a learner's words. */
const WORDS: Record<string, string> = { blobs: "stored originals", chunks: "passages", documents: "texts", segments: "index parts", study_sets: "study sets" };

function plain(name: string): string {
  return (WORDS[name] ?? name).replaceAll("_", " ");
}

function singular(name: string): string {
  return plain(name).replace(/ies$/, "y").replace(/s$/, "");
}
