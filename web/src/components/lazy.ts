import { type ComponentType, lazy } from "react";

/** A component that is loaded when it is first shown. Each is named where it is used: what it needs itself may be loaded so too. */
export function shownLater<P extends object>(load: () => Promise<ComponentType<P>>) {
  return lazy(async () => ({ default: await load() }));
}
