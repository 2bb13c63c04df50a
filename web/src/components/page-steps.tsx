import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon, type IconName } from "./icons.tsx";

/** Previous and next page, and back to the page that was cited. */
export function PageSteps() {
  const { viewer } = useWorkspace();
  const { number, page, citedNumber } = useStore(viewer.store);
  const total = page.value?.pages_total ?? null;
  const noun = page.value?.paged === false ? "part" : "page";
  return (
    <div className="steps">
      <Step name={`Previous ${noun}`} icon="back" isPossible={number > 1} onStep={() => viewer.go(number - 1)} />
      <Step name={`Next ${noun}`} icon="forward" isPossible={total === null || number < total} onStep={() => viewer.go(number + 1)} />
      {citedNumber !== null && citedNumber !== number && (
        <button type="button" className="button small" onClick={() => viewer.go(citedNumber)}>
          Back to {noun} {citedNumber}
        </button>
      )}
    </div>
  );
}

interface StepProps {
  name: string;
  icon: IconName;
  isPossible: boolean;
  onStep: () => void;
}

/** Not `disabled` at an end: a disabled button would lose the focus, and Escape with it. */
function Step({ name, icon, isPossible, onStep }: StepProps) {
  return (
    <button type="button" className="icon-button" aria-label={name} aria-disabled={!isPossible} onClick={() => isPossible && onStep()}>
      <Icon name={icon} />
    </button>
  );
}
