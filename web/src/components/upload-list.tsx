import type { UploadItem } from "../state/uploads.ts";
import { useStore } from "../state/store.ts";
import { bytes } from "../text/format.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";

export function UploadList() {
  const { uploads } = useWorkspace();
  const { items } = useStore(uploads.store);
  if (items.length === 0) return null;
  return (
    <ul className="rows uploads" aria-label="Uploads">
      {items.map((item) => (
        <UploadRow key={item.key} item={item} />
      ))}
    </ul>
  );
}

function UploadRow({ item }: { item: UploadItem }) {
  const { uploads } = useWorkspace();
  const { file, phase, problem } = item;
  return (
    <li className="row" data-status={phase}>
      <div className="row-main">
        <span className="row-text">
          <span className="row-name" dir="auto" title={file.name}>
            {file.name}
          </span>
          <span className="row-meta">{problem ? problem.detail : uploadLine(item)}</span>
          {phase !== "failed" && <progress aria-label={`Uploading ${file.name}`} value={item.sent} max={item.total || 1} />}
          {phase === "failed" && problem?.isPassing && (
            <button type="button" className="button small" onClick={() => uploads.retry(item.key)}>
              Try again
            </button>
          )}
        </span>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={phase === "failed" ? `Dismiss ${file.name}` : `Stop uploading ${file.name}`}
        onClick={() => uploads.remove(item.key)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

function uploadLine({ phase, sent, total }: UploadItem): string {
  if (phase === "waiting") return "Waiting to upload";
  return sent >= total ? "Uploaded, being checked…" : `Uploading ${bytes(sent)} of ${bytes(total)}`;
}
