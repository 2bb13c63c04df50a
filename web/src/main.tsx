import { createRoot } from "react-dom/client";
import { type Api, createApi } from "./api/client.ts";
import { Root } from "./components/root.tsx";
import { Announcer } from "./state/announcer.ts";
import { Connection } from "./state/connection.ts";
import { Desk } from "./state/desk.ts";
import { Session, takeToken } from "./state/session.ts";
import "./styles/index.css";

/** Builds the parts and joins them; the token leaves the address bar before anything else happens. */
function start(container: HTMLElement): void {
  const token = takeToken(location, history);
  const api: Api = createApi({
    reached: (ok) => connection.reached(ok),
    signedOut: () => session.ended(),
  });
  const session = new Session(api);
  const desk = new Desk(session, api, new Announcer());
  const connection = new Connection(api.session.alive, () => desk.catchUp());
  window.addEventListener("hashchange", () => {
    const pasted = takeToken(location, history);
    if (pasted !== null) void session.open(pasted);
  });
  createRoot(container).render(<Root session={session} connection={connection} desk={desk} />);
  void session.open(token);
}

const container = document.getElementById("root");
if (container) start(container);
