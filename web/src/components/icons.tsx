const PATHS = {
  add: "M10 4v12M4 10h12",
  ask: "M4 5.5h12v8H9.5L6 16.5v-3H4z",
  back: "M12.5 4.5 7 10l5.5 5.5",
  book: "M4 4.5h4.5c.8 0 1.5.7 1.5 1.5v10c0-.8-.7-1.5-1.5-1.5H4zM16 4.5h-4.5c-.8 0-1.5.7-1.5 1.5v10c0-.8.7-1.5 1.5-1.5H16z",
  close: "M5 5l10 10M15 5 5 15",
  file: "M6 3.5h5.5L15 7v9.5H6zM11.5 3.5V7H15",
  folder: "M3.5 5.5h4.6l1.6 2h6.8v8h-13z",
  forward: "M7.5 4.5 13 10l-5.5 5.5",
  history: "M4 6h12M4 10h12M4 14h8",
  leave: "M8 4.5H4.5v11H8M8.5 10H16M13 7l3 3-3 3",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  send: "M10 16V4.5M5 9.5l5-5 5 5",
  upload: "M10 13V4M6.5 7.5 10 4l3.5 3.5M4 13.5v2.5h12v-2.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
