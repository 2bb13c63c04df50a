const PATHS = {
  again: "M15.5 6.5A6.3 6.3 0 1 0 16.3 11M16 3.5v3.5h-3.5",
  add: "M10 4v12M4 10h12",
  ask: "M4 5.5h12v8H9.5L6 16.5v-3H4z",
  back: "M12.5 4.5 7 10l5.5 5.5",
  book: "M4 4.5h4.5c.8 0 1.5.7 1.5 1.5v10c0-.8-.7-1.5-1.5-1.5H4zM16 4.5h-4.5c-.8 0-1.5.7-1.5 1.5v10c0-.8.7-1.5 1.5-1.5H16z",
  cards: "M6.5 7h10v8.5h-10zM4 12.5V4.5h9.5",
  check: "M4.5 10.5 8.5 14.5 15.5 6",
  close: "M5 5l10 10M15 5 5 15",
  copy: "M7 7h9v9H7zM4 13V4h9",
  down: "M6.5 4v7.5M6.5 11.5 9.5 17c1 0 1.7-.8 1.7-1.9v-3h3.6c1 0 1.8-1 1.5-2l-1.2-4.7c-.2-.8-.9-1.4-1.7-1.4H6.5M3.5 4v7.5h3V4z",
  download: "M10 4v9M6.5 9.5 10 13l3.5-3.5M4 13.5v2.5h12v-2.5",
  edit: "M4.5 15.5l.7-3.2L13 4.5l2.5 2.5-7.8 7.8zM11.5 6l2.5 2.5",
  file: "M6 3.5h5.5L15 7v9.5H6zM11.5 3.5V7H15",
  folder: "M3.5 5.5h4.6l1.6 2h6.8v8h-13z",
  forward: "M7.5 4.5 13 10l-5.5 5.5",
  history: "M4 6h12M4 10h12M4 14h8",
  leave: "M8 4.5H4.5v11H8M8.5 10H16M13 7l3 3-3 3",
  mic: "M10 3.5a2.5 2.5 0 0 0-2.5 2.5v4a2.5 2.5 0 0 0 5 0V6A2.5 2.5 0 0 0 10 3.5M5 9.5a5 5 0 0 0 10 0M10 14.5v2.5",
  micOff: "M7.5 7v3a2.5 2.5 0 0 0 4 2M12.5 9V6a2.5 2.5 0 0 0-4.7-1.2M5 9.5a5 5 0 0 0 8.3 3.8M14.9 10.5c.1-.3.1-.7.1-1M10 14.5v2.5M4 4l12 12",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  quiz: "M4 4h12v12H4zM7.2 10.2l2 2L13 8",
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM12.7 12.7 16.5 16.5",
  send: "M10 16V4.5M5 9.5l5-5 5 5",
  stop: "M6 6h8v8H6z",
  summary: "M4.5 5h11M4.5 8.5h11M4.5 12h11M4.5 15.5h6",
  tree: "M3.5 8h4v4h-4zM12.5 3.5h4v4h-4zM12.5 12.5h4v4h-4zM7.5 10H10V5.5h2.5M10 10v4.5h2.5",
  up: "M6.5 16V8.5M6.5 8.5 9.5 3c1 0 1.7.8 1.7 1.9v3h3.6c1 0 1.8 1 1.5 2l-1.2 4.7c-.2.8-.9 1.4-1.7 1.4H6.5M3.5 16V8.5h3V16z",
  upload: "M10 13V4M6.5 7.5 10 4l3.5 3.5M4 13.5v2.5h12v-2.5",
  zoomIn: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM12.7 12.7 16.5 16.5M9 7v4M7 9h4",
  zoomOut: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM12.7 12.7 16.5 16.5M7 9h4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
