import { useEffect, useRef } from "react";
import type { Talk } from "../../voice/talk.ts";

const BARS = [0.55, 0.8, 1, 0.8, 0.55];
/** Speech at a usual distance from the microphone, as a root mean square. */
const LOUD = 0.16;

/** How loud whoever speaks is. Set without React: it changes 25 times a second. */
export function LevelMeter({ talk, isClara, isOn, isUnmeasured }: { talk: Talk; isClara: boolean; isOn: boolean; isUnmeasured: boolean }) {
  const meter = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const show = () => {
      const { heard, said } = talk.loudness.get();
      // What the browser itself hears and says, nobody can measure.
      const loudness = isUnmeasured ? LOUD / 4 : isClara ? said : heard;
      const level = isOn ? Math.min(1, Math.sqrt(loudness / LOUD)) : 0;
      meter.current?.style.setProperty("--level", level.toFixed(2));
    };
    show();
    return talk.loudness.subscribe(show);
  }, [talk, isClara, isOn, isUnmeasured]);
  return (
    <div ref={meter} className="level" aria-hidden="true">
      {BARS.map((share, at) => (
        <span key={at} className={`level-bar of-${Math.round(share * 100)}`} />
      ))}
    </div>
  );
}
