import { useStore } from "../state/store.ts";
import { counted } from "../text/format.ts";
import { useWorkspace } from "./context.ts";
import { UploadButton } from "./upload-button.tsx";

/** What to do first: upload, wait, or ask. */
export function Welcome() {
  const { library } = useWorkspace();
  const { overview } = useStore(library.store);
  if (overview.value === null) return null;
  const { total, ready } = overview.value;
  if (total === 0) {
    return (
      <div className="welcome">
        <h3>Start with something to read</h3>
        <p>Upload a book, a script or your own notes. Clara reads every page, and then answers your questions with the page to prove it.</p>
        <UploadButton label="Upload your first file" />
      </div>
    );
  }
  if (ready === 0) {
    return (
      <div className="welcome">
        <h3>Nothing is ready yet</h3>
        <p>Your library shows how far each file is. A book of a thousand pages takes a few seconds; ask as soon as the first file is ready.</p>
      </div>
    );
  }
  return (
    <div className="welcome">
      <h3>What would you like to know?</h3>
      <p>
        {counted(ready, "file")} {ready === 1 ? "is" : "are"} ready. Ask as you would ask a teacher; every answer names its pages, and a click shows them.
      </p>
    </div>
  );
}
