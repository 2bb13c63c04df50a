import { type RefObject, useEffect, useRef } from "react";

/** Calls `onLeave` when the pointer or the focus goes elsewhere while something is open. */
export function useDismiss<T extends HTMLElement>(isOpen: boolean, onLeave: () => void): RefObject<T | null> {
  const frame = useRef<T>(null);
  const leave = useRef(onLeave);
  leave.current = onLeave;
  useEffect(() => {
    if (!isOpen) return undefined;
    const onEvent = (event: Event) => {
      if (!frame.current?.contains(event.target as Node)) leave.current();
    };
    document.addEventListener("pointerdown", onEvent);
    document.addEventListener("focusin", onEvent);
    return () => {
      document.removeEventListener("pointerdown", onEvent);
      document.removeEventListener("focusin", onEvent);
    };
  }, [isOpen]);
  return frame;
}
