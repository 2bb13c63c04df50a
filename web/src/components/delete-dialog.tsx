import { type ReactNode, useState } from "react";
import type { DeletionReceipt } from "../api/types.ts";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Receipt } from "./receipt.tsx";
import { useAction } from "./use-action.ts";

interface Props {
  title: string;
  action?: string;
  children: ReactNode;
  onDelete: () => Promise<DeletionReceipt | undefined>;
  onClose: () => void;
}

/** Asks before something is deleted, and shows the receipt after. */
export function DeleteDialog({ title, action = "Delete", children, onDelete, onClose }: Props) {
  const [receipt, setReceipt] = useState<DeletionReceipt | null>(null);
  const { isBusy, problem, run } = useAction();
  if (receipt !== null) {
    return (
      <Dialog key="receipt" title="Deleted" onClose={onClose}>
        <Receipt receipt={receipt} />
        <div className="dialog-actions">
          <button type="button" className="button primary" onClick={onClose}>
            Done
          </button>
        </div>
      </Dialog>
    );
  }
  const confirm = () =>
    run(async () => {
      const answer = await onDelete();
      if (answer?.deleted) setReceipt(answer);
      else onClose();
    });
  return (
    <Dialog key="question" title={title} onClose={onClose}>
      {children}
      {problem && <ProblemNote problem={problem} />}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button danger" disabled={isBusy} onClick={confirm}>
          {isBusy ? "Deleting…" : action}
        </button>
      </div>
    </Dialog>
  );
}
