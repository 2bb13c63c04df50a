import { createContext, useContext } from "react";
import type { Workspace } from "../state/workspace.ts";

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (workspace === null) throw new Error("useWorkspace is for components inside a workspace");
  return workspace;
}
