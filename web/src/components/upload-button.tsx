import { type ChangeEvent, useRef } from "react";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";

/** Uploads into the folder that is open. No list of types here: the server knows what it reads, and says so. */
export function UploadButton({ label = "Upload files" }: { label?: string }) {
  const { library, uploads } = useWorkspace();
  const { folderId } = useStore(library.store);
  const input = useRef<HTMLInputElement>(null);
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    uploads.add([...(event.target.files ?? [])], folderId);
    event.target.value = "";
  };
  return (
    <>
      <input ref={input} className="unseen" type="file" multiple tabIndex={-1} aria-hidden="true" onChange={onChange} />
      <button type="button" className="button primary" onClick={() => input.current?.click()}>
        <Icon name="upload" /> {label}
      </button>
    </>
  );
}
