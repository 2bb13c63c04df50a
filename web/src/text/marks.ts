export interface Run {
  text: string;
  marked: boolean;
}

/**
 * Cuts a text into marked and unmarked runs. Marks are half-open ranges of Unicode code points, as the server counts
 * them; a JavaScript string counts UTF-16 units, so that one formula in mathematical letters would shift all that follows.
 */
export function runsOf(text: string, marks: readonly (readonly [number, number])[]): Run[] {
  const points = Array.from(text);
  const runs: Run[] = [];
  let at = 0;
  for (const [start, end] of merged(marks, points.length)) {
    if (start > at) runs.push({ text: points.slice(at, start).join(""), marked: false });
    runs.push({ text: points.slice(start, end).join(""), marked: true });
    at = end;
  }
  if (at < points.length) runs.push({ text: points.slice(at).join(""), marked: false });
  return runs;
}

function merged(marks: readonly (readonly [number, number])[], length: number): [number, number][] {
  const clipped = marks
    .map(([start, end]): [number, number] => [Math.max(0, start), Math.min(end, length)])
    .filter(([start, end]) => start < end)
    .sort((a, b) => a[0] - b[0]);
  const result: [number, number][] = [];
  for (const [start, end] of clipped) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}
