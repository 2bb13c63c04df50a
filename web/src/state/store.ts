import { useSyncExternalStore } from "react";

/** A value that components follow. Values are replaced, never changed in place. */
export class Store<T extends object> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#value = initial;
  }

  get = (): T => this.#value;

  set(change: Partial<T> | ((value: T) => Partial<T>)): void {
    const patch = typeof change === "function" ? change(this.#value) : change;
    this.#value = { ...this.#value, ...patch };
    for (const listener of this.#listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

export function useStore<T extends object>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
