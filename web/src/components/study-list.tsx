import type { StudySetSummary } from "../api/types.ts";
import { useStore } from "../state/store.ts";
import { counted, moment } from "../text/format.ts";
import { KINDS } from "../text/kinds.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { SetMenu } from "./study/set-menu.tsx";

/** What there is to study with: the cards that are due, and the sets that were made. */
export function StudyList() {
  const workspace = useWorkspace();
  const { study, dialogs } = workspace;
  const { list } = useStore(study.store);
  return (
    <section className="library" aria-labelledby="study-title">
      <div className="pane-heading">
        <h2 id="study-title" tabIndex={-1} data-focus-fallback data-pane-heading>
          Study
        </h2>
      </div>
      <div className="library-actions">
        <button type="button" className="button primary" onClick={() => dialogs.open({ kind: "make-set" })}>
          <Icon name="add" /> Make something
        </button>
      </div>
      <DueRow />
      {list.value === null && list.problem === null && <p className="quiet">Loading…</p>}
      {list.value?.items.length === 0 && <p className="empty">Nothing made yet. Make flashcards, a quiz, a summary or a map of your material; each item names its page.</p>}
      {list.value !== null && list.value.items.length > 0 && (
        <ul className="rows" aria-label="Study sets">
          {list.value.items.map((set) => (
            <SetRow key={set.id} set={set} />
          ))}
        </ul>
      )}
      {list.problem && <ProblemNote problem={list.problem} onRetry={() => void study.loadList()} />}
      {list.value?.nextCursor && (
        <button type="button" className="button wide" aria-disabled={list.isLoading} onClick={() => void study.loadMore()}>
          Show more
        </button>
      )}
    </section>
  );
}

function DueRow() {
  const workspace = useWorkspace();
  const { due } = useStore(workspace.study.store);
  if (due.value === null || (due.value.total === 0 && due.value.nextAt === null)) return null;
  const { total, nextAt } = due.value;
  if (total === 0) return <p className="quiet">No card is due. The next is asked {moment(nextAt ?? "")}.</p>;
  return (
    <button type="button" className="due" onClick={() => workspace.openReview()}>
      <span>
        <strong>{counted(total, "card")}</strong> {total === 1 ? "is" : "are"} due
      </span>
      <span className="due-go">Review</span>
    </button>
  );
}

function SetRow({ set }: { set: StudySetSummary }) {
  const workspace = useWorkspace();
  const { shown } = useStore(workspace.study.store);
  const { main } = useStore(workspace.layout.store);
  const isCurrent = main === "set" && shown?.kind === "set" && shown.id === set.id;
  const { name, item, icon } = KINDS[set.kind];
  return (
    <li className="row">
      <button type="button" className="row-main" aria-current={isCurrent ? "true" : undefined} onClick={() => workspace.openSet(set.id)}>
        <Icon name={icon} />
        <span className="row-text">
          <span className="row-name" dir="auto" title={set.title}>
            {set.title}
          </span>
          <span className="row-meta">
            {name} · {counted(set.item_count, item)}
          </span>
        </span>
      </button>
      <SetMenu set={set} />
    </li>
  );
}
