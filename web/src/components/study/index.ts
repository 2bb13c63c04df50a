export { MakeSetDialog } from "./make-set-dialog.tsx";
export { SetBody } from "./set-body.tsx";
export { StudyPane } from "./study-pane.tsx";
