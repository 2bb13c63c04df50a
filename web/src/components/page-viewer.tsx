import { type KeyboardEvent, useLayoutEffect, useRef } from "react";
import type { Page } from "../api/types.ts";
import { useStore } from "../state/store.ts";
import type { ViewerTarget } from "../state/viewer.ts";
import { isPdf } from "../text/format.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";
import { PageImage } from "./page-image.tsx";
import { PageSteps } from "./page-steps.tsx";
import { PageText } from "./page-text.tsx";
import { ProblemNote } from "./problem-note.tsx";

/** One page of a file beside the conversation, with the quote that a citation names marked in it. */
export function PageViewer({ target }: { target: ViewerTarget }) {
  const workspace = useWorkspace();
  const heading = useFocusWhileOpen(target);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") workspace.closeViewer();
  };
  return (
    <section className="viewer" aria-labelledby="viewer-title" onKeyDown={onKey}>
      <header className="viewer-head">
        <div className="viewer-title">
          <h2 id="viewer-title" ref={heading} tabIndex={-1} dir="auto" title={target.fileName}>
            {target.fileName}
          </h2>
          <Whereabouts />
        </div>
        <button type="button" className="icon-button" aria-label="Close the page" onClick={() => workspace.closeViewer()}>
          <Icon name="close" />
        </button>
      </header>
      <Bar />
      <Content />
    </section>
  );
}

/** Takes the focus when something is opened, and gives it back when the viewer is closed. */
function useFocusWhileOpen(target: ViewerTarget) {
  const heading = useRef<HTMLHeadingElement>(null);
  const opener = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const focused = document.activeElement;
    if (focused !== null && !focused.closest(".viewer")) opener.current = focused;
    heading.current?.focus();
  }, [target]);
  useLayoutEffect(
    () => () => {
      const from = opener.current;
      if (from instanceof HTMLElement && from.isConnected) queueMicrotask(() => from.focus());
    },
    [],
  );
  return heading;
}

function Whereabouts() {
  const { viewer } = useWorkspace();
  const { page } = useStore(viewer.store);
  return <p className="quiet">{page.value === null ? " " : whereabouts(page.value)}</p>;
}

function whereabouts(page: Page): string {
  const noun = page.paged ? "Page" : "Part";
  const label = page.paged && page.label !== null && page.label !== String(page.number) ? ` (printed: ${page.label})` : "";
  const place = page.pages_total === null ? `${noun} ${page.number}${label}` : `${noun} ${page.number} of ${page.pages_total}${label}`;
  return page.heading ? `${place} · ${page.heading}` : place;
}

function Bar() {
  const { viewer } = useWorkspace();
  const { target, view } = useStore(viewer.store);
  return (
    <div className="viewer-bar">
      <PageSteps />
      {target !== null && isPdf(target.fileName) && (
        <div className="switch" role="group" aria-label="Show">
          <button type="button" aria-pressed={view === "text"} onClick={() => viewer.show("text")}>
            Text
          </button>
          <button type="button" aria-pressed={view === "image"} onClick={() => viewer.show("image")}>
            Original
          </button>
        </div>
      )}
    </div>
  );
}

function Content() {
  const { viewer, api } = useWorkspace();
  const { target, page, number, view, citedNumber } = useStore(viewer.store);
  if (page.problem) {
    return (
      <div className="viewer-body">
        <ProblemNote problem={page.problem} onRetry={() => void viewer.load()} />
      </div>
    );
  }
  if (page.value === null) return <p className="viewer-body quiet">Opening the page…</p>;
  if (target !== null && view === "image" && page.value.paged) {
    return (
      <PageImage
        key={`${target.fileId} ${number}`}
        addressOf={(width) => api.files.imageAddress(target.fileId, number, width)}
        number={number}
        quote={number === citedNumber ? (target.citation?.quote ?? null) : null}
      />
    );
  }
  return <PageText page={page.value} isCited={number === citedNumber} />;
}
