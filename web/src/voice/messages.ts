import type { Citation, StudyKind } from "../api/types.ts";

/** The messages of clara.voice.v1, as docs/protocol.md has them. Members that this page never reads are left out. */

export const SUBPROTOCOL = "clara.voice.v1";
export const MICROPHONE_RATE = 16_000;
export const MAX_TEXT = 5_000;

export interface Hello {
  type: "hello";
  v: 1;
  audio: "pcm16" | "none";
  conversation_id?: string;
  folder_id?: string;
  /** ISO 639-1. */
  language?: string;
  study_session?: boolean;
  /** Where the server doesn't speak, this page does, and says how far it is. */
  reads_aloud?: boolean;
  resume?: { session_id: string; token: string; last_seq: number };
}

export type ClientMessage =
  | Hello
  | { type: "text"; text: string }
  | { type: "interrupt" }
  | { type: "played"; segment: number; ms: number }
  | { type: "played"; id: string; chars: number }
  | { type: "mic"; muted: boolean }
  | { type: "ping"; t: number }
  | { type: "bye" };

export interface Ready {
  type: "ready";
  session_id: string;
  resume_token: string;
  conversation_id: string | null;
  hears: boolean;
  speaks: boolean;
  out_rate: number;
  restored: boolean;
}

export type Role = "user" | "assistant";
export type AgentState = "listening" | "thinking" | "speaking";
export type UserState = "listening" | "speaking" | "away";

export interface Words {
  type: "transcript";
  role: Role;
  id: string;
  /** All of it so far. */
  text: string;
  final: boolean;
}

export interface StoredTurn {
  type: "turn";
  id: string;
  role: Role;
  text: string;
  interrupted: boolean;
}

export type StudyStage = "studying" | "winding_down" | "teach_back" | "summary" | "over";

export interface StudyTime {
  type: "study";
  stage: StudyStage;
  left_s: number;
  summary: string;
}

export type ServerMessage =
  | Ready
  | { type: "state"; agent: AgentState; user: UserState }
  | Words
  | { type: "audio_start"; segment: number; rate: number }
  | { type: "audio_end"; segment: number; position_ms: number; interrupted: boolean; text: string }
  | { type: "clear"; segment: number; position_ms: number }
  | { type: "pause"; segment: number }
  | { type: "resume"; segment: number }
  | { type: "visual"; set_id: string; kind: StudyKind; title: string }
  | { type: "citation"; citation: Citation }
  | StoredTurn
  | StudyTime
  | { type: "error"; code: string; detail: string; retryable: boolean }
  | { type: "pong"; t: number }
  | { type: "bye"; reason: string };

/** Why the server closed a socket, where neither side wished it. */
export const CLOSED = {
  busy: 1013,
  protocol: 4400,
  unauthenticated: 4401,
  otherLearner: 4403,
  idle: 4408,
  replaced: 4409,
  expired: 4410,
  tooFast: 4413,
  tooMany: 4429,
  notInstalled: 4503,
} as const;

export interface Sound {
  segment: number;
  /** The number of its first sample within the segment. */
  offset: number;
  pcm: Int16Array;
}

const HEADER_BYTES = 8;

/** Reads a frame of sound; null for what is none. */
export function readSound(frame: ArrayBuffer): Sound | null {
  if (frame.byteLength < HEADER_BYTES) return null;
  const view = new DataView(frame);
  if (view.getUint8(0) !== 1 || view.getUint8(1) !== 1) return null;
  const samples = (frame.byteLength - HEADER_BYTES) >> 1;
  return { segment: view.getUint16(2, true), offset: view.getUint32(4, true), pcm: new Int16Array(frame, HEADER_BYTES, samples) };
}
