import { type RefObject, useEffect, useRef } from "react";

/** Gives an element the focus whenever `value` changes, but not when it is first shown. */
export function useFocusOnChange<T extends HTMLElement>(value: unknown): RefObject<T | null> {
  const element = useRef<T>(null);
  const before = useRef(value);
  useEffect(() => {
    if (before.current !== value) element.current?.focus();
    before.current = value;
  }, [value]);
  return element;
}

/** After panes changed places: a focus that went out of sight goes to the heading of what is in sight. */
export function useFocusInSight(pane: unknown): void {
  const before = useRef(pane);
  useEffect(() => {
    if (before.current === pane) return;
    before.current = pane;
    const focused = document.activeElement;
    if (focused !== null && focused !== document.body && isSeen(focused)) return;
    [...document.querySelectorAll<HTMLElement>("[data-pane-heading]")].find(isSeen)?.focus();
  }, [pane]);
}

function isSeen(element: Element): boolean {
  return element.getClientRects().length > 0;
}
