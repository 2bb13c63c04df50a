import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Icon } from "./icons.tsx";

export interface MenuItem {
  label: string;
  isDangerous?: boolean;
  onChoose: () => void;
}

interface Props {
  label: string;
  items: MenuItem[];
}

/** A button that opens a list of actions: arrow keys, Home, End; Escape and Tab close it. */
export function Menu({ label, items }: Props) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div className="menu">
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
      </button>
      {isOpen && <MenuList id={id} label={label} items={items} onClose={close} onLeave={() => setOpen(false)} />}
    </div>
  );
}

interface ListProps extends Props {
  id: string;
  onClose: () => void;
  /** Closed without taking the focus back: it went elsewhere. */
  onLeave: () => void;
}

function MenuList({ id, label, items, onClose, onLeave }: ListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    focusItem(list.current, 0);
    list.current?.scrollIntoView({ block: "nearest" });
  }, []);
  useEffect(() => {
    const onPointer = (event: PointerEvent) => {
      if (!list.current?.parentElement?.contains(event.target as Node)) onLeave();
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, [onLeave]);
  return (
    <ul ref={list} id={id} className="menu-list" role="menu" aria-label={label} onKeyDown={(event) => onMenuKey(event, onClose, onLeave)}>
      {items.map((item) => (
        <li key={item.label} role="none">
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={item.isDangerous ? "menu-item dangerous" : "menu-item"}
            onClick={() => {
              onClose();
              item.onChoose();
            }}
          >
            {item.label}
          </button>
        </li>
      ))}
    </ul>
  );
}

function onMenuKey(event: KeyboardEvent<HTMLUListElement>, onClose: () => void, onLeave: () => void): void {
  const list = event.currentTarget;
  const items = [...list.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  const next = moves[event.key];
  if (next !== undefined) focusItem(list, (next + items.length) % items.length);
  else if (event.key === "Escape") onClose();
  else if (event.key === "Tab") return onLeave();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function focusItem(list: HTMLElement | null, index: number): void {
  list?.querySelectorAll<HTMLElement>("[role=menuitem]")[index]?.focus();
}
