import type { Http } from "./http.ts";
import { Problem } from "./problem.ts";

export interface Upload<T> {
  done: Promise<T>;
  abort(): void;
}

/** Sends one file as multipart; XMLHttpRequest, because fetch doesn't tell how much of a body has been sent. */
export function sendFile<T>(
  http: Http,
  url: string,
  file: File,
  fields: Record<string, string>,
  onProgress: (sent: number, total: number) => void,
): Upload<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as T);
      else reject(http.failure(request.status, request.responseText));
    });
    request.addEventListener("error", () => reject(http.failure(0, "")));
    request.addEventListener("abort", () => reject(new Problem(-1, "aborted", "The upload was stopped.")));
  });
  request.open("POST", url);
  request.setRequestHeader("Accept", "application/json");
  request.send(formOf(file, fields));
  return { done, abort: () => request.abort() };
}

/** Fields go before the file, so that the server can settle them before it reads the bytes. */
function formOf(file: File, fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", file, file.name);
  return form;
}
