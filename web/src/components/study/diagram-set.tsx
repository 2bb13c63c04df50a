import type { StudyNode, StudySet } from "../../api/types.ts";
import { Diagram } from "../diagram.tsx";
import { Places } from "./places.tsx";

/** A diagram or mind map: the picture, and the same as a list with the pages. */
export function DiagramSet({ set }: { set: StudySet }) {
  const labels = set.nodes.map((node) => node.label).join(", ");
  return (
    <div className="diagram-set">
      {set.diagram && <Diagram title={set.title} source={set.diagram} description={`${set.title}: ${labels}`} />}
      {set.nodes.length > 0 && (
        <section aria-label="As a list">
          <Branch nodes={set.nodes} parent={null} />
        </section>
      )}
    </div>
  );
}

function Branch({ nodes, parent }: { nodes: readonly StudyNode[]; parent: number | null }) {
  const own = nodes.filter((node) => node.parent === parent);
  if (own.length === 0) return null;
  return (
    <ul className="branch">
      {own.map((node) => (
        <li key={node.item} dir="auto">
          <span>{node.label}</span> <Places citations={node.citations} />
          <Branch nodes={nodes} parent={node.item} />
        </li>
      ))}
    </ul>
  );
}
