import { type ReactNode, useState } from "react";
import type { FileReceipt } from "../api/types.ts";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Receipt } from "./receipt.tsx";
import { useAction } from "./use-action.ts";

interface Props {
  title: string;
  action?: string;
  children: ReactNode;
  /** Returns the receipts of the files that went, none where no file did. */
  onDelete: () => Promise<FileReceipt[]>;
  onClose: () => void;
}

/** Asks before something is deleted, and shows the receipt after. */
export function DeleteDialog({ title, action = "Delete", children, onDelete, onClose }: Props) {
  const [receipts, setReceipts] = useState<FileReceipt[]>([]);
  const { isBusy, problem, run } = useAction();
  if (receipts.length > 0) {
    return (
      <Dialog key="receipt" title="Deleted" onClose={onClose}>
        <Receipt receipts={receipts} />
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
      const removed = await onDelete();
      setReceipts(removed);
      if (removed.length === 0) onClose();
    });
  return (
    <Dialog key="question" title={title} onClose={onClose}>
      {children}
      {problem && <ProblemNote problem={problem} />}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button danger" aria-disabled={isBusy} onClick={confirm}>
          {isBusy ? "Deleting…" : action}
        </button>
      </div>
    </Dialog>
  );
}
