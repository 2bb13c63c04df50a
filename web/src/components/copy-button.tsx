import { useEffect, useState } from "react";
import { Icon } from "./icons.tsx";

const SHOWN_MS = 1_500;

/** Copies a text, and says that it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = window.setTimeout(() => setState("idle"), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [state]);
  const copy = () => {
    copyText(text).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };
  return (
    <button type="button" className="icon-button small" aria-label={label} title={label} onClick={copy}>
      <Icon name={state === "copied" ? "check" : "copy"} />
      <span className="unseen" role="status">
        {state === "copied" ? "Copied" : state === "failed" ? "It could not be copied" : ""}
      </span>
    </button>
  );
}

/** Plain HTTP to another machine is no secure context, where browsers leave the clipboard out. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copying was refused");
}
