import { Suspense, useEffect } from "react";
import type { StudySet } from "../api/types.ts";
import { useStore } from "../state/store.ts";
import { KINDS } from "../text/kinds.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";
import { shownLater } from "./lazy.ts";

/** What is for studying comes with the first set that is shown. */
const SetBody = shownLater(() => import("./study/set-body.tsx").then((loaded) => loaded.SetBody));

/** What was made with an answer, ready to be used where it stands. */
export function ArtifactList({ ids }: { ids: readonly string[] }) {
  return ids.map((id) => <Artifact key={id} id={id} />);
}

function Artifact({ id }: { id: string }) {
  const { study } = useWorkspace();
  const { sets } = useStore(study.store);
  const set = sets[id];
  useEffect(() => void study.loadSet(id), [study, id]);
  if (set?.problem) return <p className="note">{set.problem.status === 404 ? "What was made here has been deleted." : set.problem.detail}</p>;
  if (!set?.value) return <p className="quiet">Opening what was made…</p>;
  return <Made set={set.value} />;
}

function Made({ set }: { set: StudySet }) {
  const workspace = useWorkspace();
  const { name, icon } = KINDS[set.kind];
  return (
    <section className="artifact" aria-label={`${name}: ${set.title}`}>
      <header className="artifact-head">
        <Icon name={icon} />
        <h4 dir="auto">{set.title}</h4>
        <button type="button" className="text-button" onClick={() => workspace.openSet(set.id)}>
          Open
        </button>
      </header>
      <Suspense fallback={<p className="quiet">Opening…</p>}>
        <SetBody set={set} />
      </Suspense>
    </section>
  );
}
