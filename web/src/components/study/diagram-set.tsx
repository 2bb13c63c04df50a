import type { StudyEdge, StudyNode, StudySet } from "../../api/types.ts";
import { Diagram } from "../diagram.tsx";
import { Places } from "./places.tsx";

/** A diagram or mind map: the picture, and all that it shows as a list with the pages. */
export function DiagramSet({ set }: { set: StudySet }) {
  const labels = set.nodes.map((node) => node.label).join(", ");
  return (
    <div className="diagram-set">
      {set.diagram && <Diagram title={set.title} source={set.diagram} description={`${set.title}: ${labels}`} />}
      {set.nodes.length > 0 && (
        <section aria-label="As a list">
          <Branch set={set} parent={null} />
        </section>
      )}
    </div>
  );
}

function Branch({ set, parent }: { set: StudySet; parent: number | null }) {
  const own = set.nodes.filter((node) => node.parent === parent);
  if (own.length === 0) return null;
  return (
    <ul className="branch">
      {own.map((node) => (
        <li key={node.item} dir="auto">
          <span>{node.label}</span> <Places citations={node.citations} />
          <Details node={node} />
          <Ways set={set} from={node.item} />
          <Branch set={set} parent={node.item} />
        </li>
      ))}
    </ul>
  );
}

function Details({ node }: { node: StudyNode }) {
  if (node.details.length === 0) return null;
  return (
    <ul className="branch details">
      {node.details.map((detail, at) => (
        <li key={at} dir="auto">
          {detail}
        </li>
      ))}
    </ul>
  );
}

/** Where a diagram's edges lead from a node, and what is written at them. */
function Ways({ set, from }: { set: StudySet; from: number }) {
  const ways = set.edges.filter((edge) => edge.start === from);
  if (ways.length === 0) return null;
  return (
    <ul className="branch ways">
      {ways.map((edge, at) => (
        <li key={at} dir="auto">
          <Way set={set} edge={edge} />
        </li>
      ))}
    </ul>
  );
}

function Way({ set, edge }: { set: StudySet; edge: StudyEdge }) {
  const target = set.nodes.find((node) => node.item === edge.end);
  return (
    <>
      <span aria-hidden="true">→ </span>
      <span className="unseen">leads to </span>
      <span>{target?.label}</span>
      {edge.label && <span className="quiet"> · {edge.label}</span>}
    </>
  );
}
