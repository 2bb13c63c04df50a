import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { loadFormulas, loadedFormulas } from "../math/loading.ts";

interface Props {
  source: string;
  /** On a line of its own. */
  isApart?: boolean;
}

/** A formula; its source while the typesetter is loaded, or where that can't read it. */
export const Formula = memo(function Formula({ source, isApart = false }: Props) {
  const place = useRef<HTMLSpanElement>(null);
  const [typeset, setTypeset] = useState(() => loadedFormulas());
  const [isUnread, setUnread] = useState(false);
  useEffect(() => {
    if (typeset !== null) return undefined;
    let isWanted = true;
    loadFormulas().then(
      (loaded) => isWanted && setTypeset(() => loaded),
      () => isWanted && setUnread(true),
    );
    return () => {
      isWanted = false;
    };
  }, [typeset]);
  useLayoutEffect(() => {
    if (typeset !== null && place.current !== null) setUnread(!typeset(source, place.current, isApart));
  }, [typeset, source, isApart]);
  const isShown = typeset !== null && !isUnread;
  return (
    <span className={isApart ? "formula apart" : "formula"} tabIndex={isApart ? 0 : undefined} role={isApart ? "group" : undefined} aria-label={isApart ? "Formula" : undefined}>
      {!isShown && <code className="formula-source">{source}</code>}
      <span ref={place} hidden={!isShown} />
    </span>
  );
});
