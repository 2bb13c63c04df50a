import { useEffect, useState } from "react";
import { NO_FOLDER } from "../api/files.ts";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";

/** Takes files dropped anywhere on the page, into the folder that is open. */
export function DropTarget() {
  const { library, uploads, layout, announcer } = useWorkspace();
  const { folders, folderId } = useStore(library.store);
  const isOver = useFileDrag((dropped) => {
    const files = filesOf(dropped);
    if (files.length < dropped.items.length) announcer.complain("Folders can’t be dropped. Open the folder and drop its files.");
    uploads.add(files, folderId);
    layout.show("library");
  });
  if (!isOver) return null;
  const folder = folders.value?.find((candidate) => candidate.id === folderId);
  return (
    <div className="drop" aria-hidden="true">
      <p>{folderId === NO_FOLDER || !folder ? "Drop to add to your library" : `Drop to add to “${folder.name}”`}</p>
    </div>
  );
}

/** dragenter and dragleave come for every element on the way, so that they have to be counted. */
function useFileDrag(onDrop: (dropped: DataTransfer) => void): boolean {
  const [depth, setDepth] = useState(0);
  useEffect(() => {
    const listening = new AbortController();
    const on = (type: "dragenter" | "dragleave" | "dragover" | "drop", handle: (event: DragEvent) => void) =>
      window.addEventListener(
        type,
        (event) => {
          if (!event.dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          handle(event);
        },
        { signal: listening.signal },
      );
    on("dragenter", () => setDepth((now) => now + 1));
    on("dragleave", () => setDepth((now) => Math.max(0, now - 1)));
    on("dragover", () => undefined);
    on("drop", (event) => {
      setDepth(0);
      if (event.dataTransfer) onDrop(event.dataTransfer);
    });
    return () => listening.abort();
  }, [onDrop]);
  return depth > 0;
}

function filesOf(dropped: DataTransfer): File[] {
  return [...dropped.items]
    .filter((item) => item.kind === "file" && !item.webkitGetAsEntry()?.isDirectory)
    .map((item) => item.getAsFile())
    .filter((file) => file !== null);
}
