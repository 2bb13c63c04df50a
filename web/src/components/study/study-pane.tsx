import { Suspense, useEffect } from "react";
import type { StudySet } from "../../api/types.ts";
import { useStore } from "../../state/store.ts";
import { counted } from "../../text/format.ts";
import { KINDS } from "../../text/kinds.ts";
import { useWorkspace } from "../context.ts";
import { Icon } from "../icons.tsx";
import { ProblemNote } from "../problem-note.tsx";
import { TalkBar } from "../talk-bar.ts";
import { Review } from "./review.tsx";
import { SetBody } from "./set-body.tsx";
import { SetMenu } from "./set-menu.tsx";

/** Something to study with, in the middle of the screen: a set, or the cards that are due. */
export function StudyPane() {
  const { study } = useWorkspace();
  const { shown } = useStore(study.store);
  if (shown === null) return <Frame title="Study">{<p className="quiet">Choose a study set, or make one.</p>}</Frame>;
  return shown.kind === "review" ? (
    <Frame title="Review">
      <Review />
    </Frame>
  ) : (
    <ShownSet key={shown.id} id={shown.id} />
  );
}

function ShownSet({ id }: { id: string }) {
  const { study } = useWorkspace();
  const { sets } = useStore(study.store);
  const set = sets[id];
  useEffect(() => void study.loadSet(id), [study, id]);
  if (!set?.value) {
    return (
      <Frame title="Study set">
        {set?.problem ? <ProblemNote problem={set.problem} onRetry={() => void study.loadSet(id, true)} /> : <p className="quiet">Opening…</p>}
      </Frame>
    );
  }
  return (
    <Frame title={set.value.title} menu={<SetMenu set={set.value} />}>
      <About set={set.value} />
      <SetBody set={set.value} />
    </Frame>
  );
}

function About({ set }: { set: StudySet }) {
  const { name, item } = KINDS[set.kind];
  return (
    <div className="set-about">
      <p className="quiet">
        {name} · {counted(set.item_count, item)}
        {pagesOf(set)}
        {set.made_by === "none" ? "" : ` · made by ${set.made_by}`}
      </p>
      {set.description && <p className={set.made_by === "none" ? "note" : undefined}>{set.description}</p>}
    </div>
  );
}

function pagesOf({ source: { page_from: from, page_to: to } }: StudySet): string {
  if (from === null && to === null) return "";
  return to === null || from === to ? ` · page ${from ?? to}` : ` · pages ${from ?? 1}–${to}`;
}

function Frame({ title, menu, children }: { title: string; menu?: React.ReactNode; children: React.ReactNode }) {
  const workspace = useWorkspace();
  const { talk } = useStore(workspace.talking.store);
  useEffect(() => {
    document.title = `${title} – Clara`;
    return () => {
      document.title = "Clara";
    };
  }, [title]);
  return (
    <main className="conversation study">
      <header className="conversation-head">
        <h2 dir="auto" tabIndex={-1} data-pane-heading>
          {title}
        </h2>
        <div className="conversation-tools">
          {menu}
          <button type="button" className="button small" onClick={() => workspace.showConversation()}>
            <Icon name="ask" /> Ask
          </button>
        </div>
      </header>
      <div className="messages">
        <div className="messages-column">{children}</div>
      </div>
      {talk && (
        <div className="composer">
          <Suspense fallback={null}>
            <TalkBar talk={talk} />
          </Suspense>
        </div>
      )}
    </main>
  );
}
