import type { Connection } from "../state/connection.ts";
import type { Desk } from "../state/desk.ts";
import type { Session } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { Announcements } from "./announcements.tsx";
import { WorkspaceContext } from "./context.ts";
import { ProblemNote } from "./problem-note.tsx";
import { SignIn } from "./sign-in.tsx";
import { WorkspaceView } from "./workspace-view.tsx";

interface Props {
  session: Session;
  connection: Connection;
  desk: Desk;
}

export function Root({ session, connection, desk }: Props) {
  const { isLost } = useStore(connection.store);
  return (
    <>
      {isLost && (
        <p className="offline" role="status">
          Clara’s server can’t be reached. What you see may be old; trying again…
        </p>
      )}
      <Screen session={session} desk={desk} />
      <Announcements announcer={desk.announcer} />
    </>
  );
}

function Screen({ session, desk }: Pick<Props, "session" | "desk">) {
  const { state } = useStore(session.store);
  const { workspace } = useStore(desk.store);
  switch (state.phase) {
    case "opening":
      return <p className="boot">Opening Clara…</p>;
    case "failed":
      return (
        <main className="boot">
          <ProblemNote problem={state.problem} onRetry={() => void session.retry()} />
        </main>
      );
    case "signed-out":
      return <SignIn reason={state.reason} />;
    case "signed-in":
      return (
        workspace && (
          <WorkspaceContext value={workspace}>
            <WorkspaceView onSignOut={() => session.signOut()} />
          </WorkspaceContext>
        )
      );
  }
}
