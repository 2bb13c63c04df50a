import type { ReactNode } from "react";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { useAction } from "./use-action.ts";

interface Props {
  title: string;
  action: string;
  children: ReactNode;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something is done that can't be taken back. */
export function ConfirmDialog({ title, action, children, onConfirm, onClose }: Props) {
  const { isBusy, problem, run } = useAction();
  const confirm = () =>
    run(async () => {
      await onConfirm();
      onClose();
    });
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {problem && <ProblemNote problem={problem} />}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Not yet
        </button>
        <button type="button" className="button primary" aria-disabled={isBusy} onClick={confirm}>
          {isBusy ? "One moment…" : action}
        </button>
      </div>
    </Dialog>
  );
}
