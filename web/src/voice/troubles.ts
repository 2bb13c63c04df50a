import type { Ending } from "./link.ts";
import { CLOSED } from "./messages.ts";

/** What is wrong, in words that say what to do, and what the button beside it does: null where trying again can't help. */
export interface Trouble {
  text: string;
  action: string | null;
}

const AGAIN = "Try again";

export const LISTENS_NOWHERE: Trouble = {
  text: "This server has no speech service, and this browser can’t recognise speech itself. Type your questions; Chrome, Edge and Safari can also hear you.",
  action: null,
};

/** Asked for again by itself when one is plugged in. */
export const NO_MICROPHONE: Trouble = {
  text: "No microphone was found. Plug one in, or choose one in the system’s settings, and try again. You can type meanwhile.",
  action: AGAIN,
};

export const SILENCED: Trouble = {
  text: "The system has silenced the microphone: by its switch, or for a call. Give it back there. You can type meanwhile.",
  action: null,
};

export const SOUND_STOPPED: Trouble = {
  text: "The browser has stopped this page’s sound: for a call perhaps, or because there is nothing to play it on. Clara can’t hear you, nor be heard.",
  action: "Go on",
};

/** Where the page may not use the microphone at all, however the learner answers. */
export function insecure(): Trouble | null {
  if (window.isSecureContext) return null;
  return { text: "Browsers give the microphone to secure pages only. Open Clara by https, or by 127.0.0.1 on the computer that it runs on. Until then, type your questions.", action: null };
}

/** `name` is a DOMException's, or what the browser's recognition calls its failure. */
export function microphoneTrouble(name: string): Trouble {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
    case "not-allowed":
      return { text: "The microphone is blocked for this page. Allow it beside the address, or in the browser’s settings, and try again. You can type meanwhile.", action: AGAIN };
    case "NotFoundError":
    case "OverconstrainedError":
    case "audio-capture":
      return NO_MICROPHONE;
    case "NotReadableError":
    case "AbortError":
      return { text: "The microphone is being used by another program. Close that, and try again. You can type meanwhile.", action: AGAIN };
    case "network":
      return { text: "The browser’s speech recognition can’t be reached. Check that you are online, and try again. You can type meanwhile.", action: AGAIN };
    case "service-not-allowed":
      return { text: "This browser doesn’t let pages recognise speech. Type your questions, or open Clara in Chrome, Edge or Safari.", action: null };
    case "language-not-supported":
      return { text: "This browser can’t recognise speech in your language. Type your questions.", action: null };
    default:
      return { text: `The microphone could not be opened (${name}). Try again, or type your questions.`, action: AGAIN };
  }
}

/** Null where nothing went wrong that isn't said elsewhere. */
export function endingTrouble(ending: Ending): Trouble | null {
  switch (ending.kind) {
    case "left":
      return null;
    case "bye":
      return goodbye(ending.reason);
    case "problem":
      return ending.problem.status === 401 ? null : { text: ending.problem.detail, action: AGAIN };
    case "closed":
      return ending.detail === null ? closed(ending.code) : { text: ending.detail, action: AGAIN };
  }
}

function goodbye(reason: string): Trouble | null {
  if (reason === "idle") return closed(CLOSED.idle);
  if (reason === "expired") return closed(CLOSED.expired);
  return { text: "Clara has ended the conversation by voice. All that was said is kept here.", action: "Talk again" };
}

function closed(code: number): Trouble {
  switch (code) {
    case CLOSED.replaced:
      return { text: "You are talking with Clara in another tab or on another device.", action: "Continue here" };
    case CLOSED.tooMany:
      return { text: "You are talking with Clara in as many places as one may. End one of them, and try again.", action: AGAIN };
    case CLOSED.busy:
      return { text: "Too many people are talking with Clara right now. Try again in a moment, or type your question.", action: AGAIN };
    case CLOSED.idle:
      return { text: "Nothing was said for a while, so Clara stopped listening.", action: "Go on" };
    case CLOSED.expired:
      return { text: "A conversation by voice lasts only so long. All that was said is kept here.", action: "Go on" };
    case CLOSED.notInstalled:
      return { text: "Voice isn’t installed on this server. Whoever runs it can add it: pip install clara[voice].", action: null };
    case CLOSED.unauthenticated:
    case CLOSED.otherLearner:
      return { text: "The server doesn’t let you talk here. Load the page again, and sign in anew if it asks you to.", action: AGAIN };
    case CLOSED.protocol:
      return { text: "This page and the server don’t understand each other: one of them is older. Load the page again.", action: null };
    case CLOSED.tooFast:
      return { text: "Sound came faster than it is spoken, so the server stopped listening. Try again.", action: AGAIN };
    default:
      return { text: "The voice connection was lost, and could not be made again. Check that you are online. All that was heard is kept here.", action: AGAIN };
  }
}
