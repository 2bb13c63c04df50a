import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";

/** Previous and next page, and back to the page that was cited. */
export function PageSteps() {
  const { viewer } = useWorkspace();
  const { target, number, page } = useStore(viewer.store);
  const total = page.value?.pages_total ?? null;
  const noun = page.value?.paged === false ? "part" : "page";
  const cited = target?.citation?.page_from ?? null;
  return (
    <div className="steps">
      <button type="button" className="icon-button" aria-label={`Previous ${noun}`} disabled={number <= 1} onClick={() => viewer.go(number - 1)}>
        <Icon name="back" />
      </button>
      <button type="button" className="icon-button" aria-label={`Next ${noun}`} disabled={total !== null && number >= total} onClick={() => viewer.go(number + 1)}>
        <Icon name="forward" />
      </button>
      {cited !== null && cited !== number && (
        <button type="button" className="button small" onClick={() => viewer.go(cited)}>
          Back to page {cited}
        </button>
      )}
    </div>
  );
}
