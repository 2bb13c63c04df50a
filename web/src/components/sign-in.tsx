import type { SignedOutReason } from "../state/session.ts";
import { Wordmark } from "./wordmark.tsx";

export function SignIn({ reason }: { reason: SignedOutReason }) {
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>
          <Wordmark />
        </h1>
        <p className="sign-in-lead">A tutor that has read your books, and shows you the page.</p>
        <Explanation reason={reason} />
        <h2>Sign in</h2>
        <p>Clara has no passwords. Open the link that the server printed when it started, or ask it for a new one:</p>
        <pre className="command">
          <code>python -m clara token</code>
        </pre>
        <p className="quiet">A link works once and for ten minutes. This browser then stays signed in.</p>
      </div>
    </main>
  );
}

function Explanation({ reason }: { reason: SignedOutReason }) {
  const text = explain(reason);
  return text === null ? null : (
    <div className={reason.kind === "left" ? "note" : "problem"} role="alert">
      <p>{text}</p>
    </div>
  );
}

function explain(reason: SignedOutReason): string | null {
  switch (reason.kind) {
    case "new":
      return null;
    case "left":
      return "You are signed out.";
    case "ended":
      return "Your session has ended. Sign in again to go on; nothing was lost.";
    case "link":
      return `That link did not sign you in. ${reason.problem.detail}`;
  }
}
