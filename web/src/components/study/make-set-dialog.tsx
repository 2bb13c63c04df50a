import { useEffect, useId, useMemo, useRef, useState } from "react";
import type { StudyWish } from "../../api/study.ts";
import type { Folder, LibraryFile, StudyKind } from "../../api/types.ts";
import { useStore } from "../../state/store.ts";
import { KINDS, KIND_ORDER } from "../../text/kinds.ts";
import { useWorkspace } from "../context.ts";
import { Dialog } from "../dialog.tsx";
import { Icon } from "../icons.tsx";
import { ProblemNote } from "../problem-note.tsx";
import { useAction } from "../use-action.ts";

interface Props {
  file?: LibraryFile | undefined;
  folder?: Folder | undefined;
  onClose: () => void;
}

const MAX_TOPIC = 300;
const MAX_COUNT = 50;

/** Asks what to make, and of what. */
export function MakeSetDialog({ file, folder, onClose }: Props) {
  const workspace = useWorkspace();
  const [kind, setKind] = useState<StudyKind>("flashcards");
  const [scope, setScope] = useState(file ? `file:${file.id}` : folder ? `folder:${folder.id}` : "");
  const [pages, setPages] = useState({ from: "", to: "" });
  const [topic, setTopic] = useState("");
  const [count, setCount] = useState("");
  const { files, folders } = useChoices(file);
  const { isBusy, problem, run } = useAction();
  const making = useRef<AbortController>(null);
  useEffect(() => () => making.current?.abort(), []);
  const chosen = files.find((candidate) => scope === `file:${candidate.id}`) ?? null;
  const make = () =>
    run(async () => {
      const controller = new AbortController();
      making.current = controller;
      const set = await workspace.api.study.make(wishOf({ kind, scope, pages: chosen?.paged ? pages : null, topic, count }), controller.signal);
      onClose();
      workspace.madeSet(set);
    });
  return (
    <Dialog title="Make something to study with" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <KindChoice kind={kind} onChoose={setKind} />
        <ScopeSelect scope={scope} files={files} folders={folders} onChoose={setScope} />
        {chosen?.paged && <PageRange pages={pages} last={chosen.pages_total} onChange={setPages} />}
        <TopicAndCount kind={kind} topic={topic} count={count} onTopic={setTopic} onCount={setCount} />
        {problem && <ProblemNote problem={problem} />}
        {isBusy && (
          <div role="status">
            <p className="quiet">Making it. With a language model this can take a minute.</p>
            <progress aria-label="Making it" />
          </div>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" aria-disabled={isBusy}>
            {isBusy ? "Making…" : "Make"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function KindChoice({ kind, onChoose }: { kind: StudyKind; onChoose: (kind: StudyKind) => void }) {
  return (
    <fieldset className="kinds">
      <legend className="unseen">What to make</legend>
      {KIND_ORDER.map((known) => (
        <label key={known} className="kind-choice">
          <input type="radio" name="kind" checked={kind === known} onChange={() => onChoose(known)} />
          <Icon name={KINDS[known].icon} />
          <span>
            {KINDS[known].name}
            <span className="quiet">{KINDS[known].about}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface ScopeProps {
  scope: string;
  files: LibraryFile[];
  folders: Folder[];
  onChoose: (scope: string) => void;
}

function ScopeSelect({ scope, files, folders, onChoose }: ScopeProps) {
  const id = useId();
  return (
    <div className="form-row">
      <label htmlFor={id}>Of</label>
      <select id={id} className="field" value={scope} onChange={(event) => onChoose(event.target.value)}>
        <option value="">All files</option>
        {folders.length > 0 && (
          <optgroup label="Folders">
            {folders.map((folder) => (
              <option key={folder.id} value={`folder:${folder.id}`}>
                {folder.name}
              </option>
            ))}
          </optgroup>
        )}
        {files.length > 0 && (
          <optgroup label="Files">
            {files.map((file) => (
              <option key={file.id} value={`file:${file.id}`}>
                {file.name}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </div>
  );
}

interface RangeProps {
  pages: { from: string; to: string };
  last: number | null;
  onChange: (pages: { from: string; to: string }) => void;
}

function PageRange({ pages, last, onChange }: RangeProps) {
  const from = useId();
  const to = useId();
  const limits = last === null ? { min: 1 } : { min: 1, max: last };
  return (
    <div className="form-row">
      <label htmlFor={from}>From page</label>
      <input id={from} className="field number" type="number" inputMode="numeric" placeholder="1" {...limits} value={pages.from} onChange={(event) => onChange({ ...pages, from: event.target.value })} />
      <label htmlFor={to}>to</label>
      <input id={to} className="field number" type="number" inputMode="numeric" placeholder={last === null ? "" : String(last)} {...limits} value={pages.to} onChange={(event) => onChange({ ...pages, to: event.target.value })} />
    </div>
  );
}

interface TopicProps {
  kind: StudyKind;
  topic: string;
  count: string;
  onTopic: (topic: string) => void;
  onCount: (count: string) => void;
}

function TopicAndCount({ kind, topic, count, onTopic, onCount }: TopicProps) {
  const topicId = useId();
  const countId = useId();
  return (
    <>
      <div className="form-row">
        <label htmlFor={topicId}>About</label>
        <input id={topicId} className="field" type="text" autoComplete="off" maxLength={MAX_TOPIC} placeholder="Everything, or a topic or chapter" value={topic} onChange={(event) => onTopic(event.target.value)} />
      </div>
      {(kind === "flashcards" || kind === "quiz" || kind === "summary") && (
        <div className="form-row">
          <label htmlFor={countId}>How many {KINDS[kind].item}s</label>
          <input id={countId} className="field number" type="number" inputMode="numeric" min={1} max={MAX_COUNT} placeholder="Some" value={count} onChange={(event) => onCount(event.target.value)} />
        </div>
      )}
    </>
  );
}

interface Wanted {
  kind: StudyKind;
  scope: string;
  pages: { from: string; to: string } | null;
  topic: string;
  count: string;
}

function wishOf({ kind, scope, pages, topic, count }: Wanted): StudyWish {
  const wish: StudyWish = { kind };
  if (scope.startsWith("file:")) wish.file_id = scope.slice("file:".length);
  if (scope.startsWith("folder:")) wish.folder_id = scope.slice("folder:".length);
  const [from, to, items] = [pages?.from ?? "", pages?.to ?? "", count].map((text) => (text === "" ? 0 : Number(text)));
  if (from) wish.page_from = from;
  if (to) wish.page_to = to;
  if (topic.trim() !== "") wish.topic = topic.trim();
  if (items && kind !== "mindmap" && kind !== "diagram") wish.count = items;
  return wish;
}

/** Folders, and files that can be studied; the file that was asked for is among them at once. */
function useChoices(file: LibraryFile | undefined): { files: LibraryFile[]; folders: Folder[] } {
  const { api, library } = useWorkspace();
  const { folders } = useStore(library.store);
  const [ready, setReady] = useState<LibraryFile[]>([]);
  useEffect(() => {
    let isWanted = true;
    api.files.list({ status: "ready", limit: 200 }).then(
      (listing) => isWanted && setReady(listing.items),
      // What was opened from can still be chosen.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [api]);
  const files = useMemo(() => (file && !ready.some((other) => other.id === file.id) ? [file, ...ready] : ready), [file, ready]);
  return { files, folders: folders.value ?? [] };
}
