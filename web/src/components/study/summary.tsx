import type { StudySet, SummaryPoint } from "../../api/types.ts";
import { Places } from "./places.tsx";
import { Words } from "./words.tsx";

export function Summary({ set }: { set: StudySet }) {
  return (
    <div className="summary">
      {sectionsOf(set.points).map(({ name, points }, at) => (
        <section key={at}>
          {name && <h3 dir="auto">{name}</h3>}
          <ul>
            {points.map((point) => (
              <li key={point.item} dir="auto">
                <Words text={point.text} />
                <Places citations={point.citations} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function sectionsOf(points: readonly SummaryPoint[]): { name: string; points: SummaryPoint[] }[] {
  const sections: { name: string; points: SummaryPoint[] }[] = [];
  for (const point of points) {
    const last = sections.at(-1);
    if (last?.name === point.section) last.points.push(point);
    else sections.push({ name: point.section, points: [point] });
  }
  return sections;
}
