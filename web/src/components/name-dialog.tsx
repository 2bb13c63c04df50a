import { useId, useState } from "react";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { useAction } from "./use-action.ts";

interface Props {
  title: string;
  label: string;
  action: string;
  name?: string;
  maxLength: number;
  onSave: (name: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks for a name: of a new folder, or a new one of a folder, file or conversation. */
export function NameDialog({ title, label, action, name = "", maxLength, onSave, onClose }: Props) {
  const [text, setText] = useState(name);
  const { isBusy, problem, run } = useAction();
  const id = useId();
  const trimmed = text.trim();
  const save = () =>
    trimmed !== "" &&
    run(async () => {
      if (trimmed !== name) await onSave(trimmed);
      onClose();
    });
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <label htmlFor={id}>{label}</label>
        <input
          id={id}
          className="field"
          value={text}
          maxLength={maxLength}
          autoComplete="off"
          onFocus={(event) => selectStem(event.currentTarget)}
          onChange={(event) => setText(event.target.value)}
        />
        {problem && <ProblemNote problem={problem} />}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" aria-disabled={isBusy || trimmed === ""}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Selects a name without its ending, which is rarely what one wants to change. */
function selectStem(input: HTMLInputElement): void {
  const dot = input.value.lastIndexOf(".");
  input.setSelectionRange(0, dot > 0 ? dot : input.value.length);
}
