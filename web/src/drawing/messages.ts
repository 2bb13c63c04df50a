/** What the page asks of the drawing document. */
export interface Wanted {
  id: number;
  source: string;
  theme: Record<string, string>;
  font: string;
  isDark: boolean;
}

/** What it answers. */
export type Drawn = { ready: true } | { id: number; svg: string } | { id: number; problem: string };
