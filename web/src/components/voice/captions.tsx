import { useStore } from "../../state/store.ts";
import type { Caption } from "../../voice/captions.ts";
import type { Talk } from "../../voice/talk.ts";
import { GrowingAnswer } from "../answer.tsx";
import { ArtifactList } from "../artifact-list.tsx";
import { QuestionMessage } from "../message.tsx";
import { Sources } from "../sources.tsx";

/** What is being said by both, below the messages until it is one of them. */
export function Captions({ talk }: { talk: Talk }) {
  const { captions } = useStore(talk.written.store);
  const { doing, phase } = useStore(talk.store);
  const isWaiting = phase === "live" && doing === "thinking" && captions.at(-1)?.role !== "assistant";
  return (
    <>
      {captions.map((caption) => (caption.role === "user" ? <QuestionMessage key={caption.key} text={caption.text} /> : <Spoken key={caption.key} caption={caption} />))}
      {isWaiting && <p className="thinking">Looking through your pages…</p>}
    </>
  );
}

function Spoken({ caption: { text, isOver, citations, setIds } }: { caption: Caption }) {
  if (text === "" && setIds.length === 0) return null;
  const shown = citations.filter(({ n }) => text.includes(`[${n}]`));
  return (
    <article className="answer" aria-label={isOver ? "Clara said" : "Clara is speaking"} aria-busy={!isOver}>
      <GrowingAnswer content={text} citations={citations} />
      {setIds.length > 0 && <ArtifactList ids={setIds} />}
      {shown.length > 0 && <Sources citations={shown} />}
    </article>
  );
}
