import type { DeletionReceipt } from "../api/types.ts";
import { counted } from "../text/format.ts";

/** What a deletion removed, and which conversations may still speak of it. */
export function Receipt({ receipt }: { receipt: DeletionReceipt }) {
  const removed = Object.entries(receipt.deleted ?? {}).filter(([, count]) => count > 0);
  const conversations = receipt.conversations ?? [];
  return (
    <div className="receipt">
      <p>Removed for good, from the text, the search index and the stored files:</p>
      <ul>
        {removed.map(([name, count]) => (
          <li key={name}>{counted(count, singular(name), name.replaceAll("_", " "))}</li>
        ))}
      </ul>
      {conversations.length > 0 && (
        <>
          <p>These conversations may still speak of it:</p>
          <ul>
            {conversations.map((chat) => (
              <li key={chat.id}>{chat.title || "Untitled conversation"}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function singular(name: string): string {
  return name.replaceAll("_", " ").replace(/ies$/, "y").replace(/s$/, "");
}
