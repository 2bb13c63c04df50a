/** What goes over the wire, as the server's OpenAPI describes it. Fields that this page never reads are left out. */

export type FileStatus = "queued" | "reading" | "indexing" | "ready" | "failed" | "needs_ocr";

export interface Me {
  user_id: string;
  model: string;
  limits?: { file_bytes?: number };
  /** Other hosts that an answer's links may lead to. */
  link_hosts?: string[];
  /** What somebody has set for all that this learner asks. */
  locked?: { mode: Mode | null; material_only: boolean } | null;
  /** Whether the server has services that hear and speak. */
  voice?: { hears: boolean; speaks: boolean; study_session_s?: number };
}

export interface Folder {
  id: string;
  name: string;
  file_count: number;
}

export interface LibraryFile {
  id: string;
  name: string;
  type: string;
  size: number;
  folder_id: string | null;
  status: FileStatus;
  pages_done: number;
  pages_total: number | null;
  paged: boolean;
  error: { code: string; detail: string } | null;
}

/** `questions` null: what the learner writes is taken as answers. `locked`: whoever set it marks it. */
export interface Exam {
  state: "running" | "marked";
  questions: number | null;
  answered: number;
  locked: boolean;
}

/** How a conversation is taught: explained, by hints, or as a closed-book exam. */
export type Mode = "explain" | "hints" | "exam";

export interface Chat {
  id: string;
  title: string;
  folder_id: string | null;
  mode: Mode;
  material_only: boolean;
  /** The turn that is running, null when no answer is being written. */
  turn_id: string | null;
  /** null as long as no exam has begun. */
  exam: Exam | null;
  /** Somebody has set how freely Clara answers here; a learner can only make it stricter. */
  locked: boolean;
  updated_at: string;
}

export interface Citation {
  n: number;
  file_id: string;
  /** null: the file was deleted. */
  file_name: string | null;
  page_from: number | null;
  page_to: number | null;
  /** What is printed on the pages, where that isn't their number. */
  page_label_from?: string | null;
  page_label_to?: string | null;
  heading: string | null;
  quote: string | null;
  chunk_id: string | null;
}

export type Rating = "up" | "down";

/** How an answer ended, where it isn't "end". */
export type Ending = "end" | "length" | "refusal" | "stopped" | "broken";

export interface Message {
  id: string;
  role: "user" | "assistant";
  content: string;
  citations?: Citation[];
  /** Of a question: whether its answer follows. */
  answered?: boolean | null;
  artifacts?: { set_id: string }[];
  /** What wrote an answer; "none": it is quotes. */
  model?: string | null;
  ended?: Ending | null;
  feedback?: { rating: Rating; note: string | null } | null;
}

/** Something to study with, as it comes with an answer that is being written. */
export interface Artifact {
  set_id: string;
  kind: StudyKind;
  title: string;
}

export type StudyKind = "diagram" | "flashcards" | "quiz" | "mindmap" | "summary";

/** A question and its answer, as they are stored. */
export interface TurnResult {
  turn_id: string;
  question: Message;
  message: Message;
  covered: boolean;
}

export interface Page {
  file_id: string;
  file_name: string;
  number: number;
  label: string | null;
  paged: boolean;
  text: string;
  heading: string;
  /** Half-open ranges of Unicode code points of `text`. */
  marks: [number, number][];
  pages_total: number | null;
}

export interface FileReceipt {
  file_id: string;
  /** Rows and blobs removed, by kind. */
  deleted: Record<string, number>;
  /** The same bytes lie in another folder, so that their text stays. */
  document_kept: boolean;
  conversations: { id: string; title: string }[];
}

export interface FolderReceipt {
  folder_id: string;
  files: FileReceipt[];
}

export interface Listing<T> {
  items: T[];
  nextCursor: string | null;
  total: number | null;
}

export interface StudySource {
  folder_id: string | null;
  file_id: string | null;
  page_from: number | null;
  page_to: number | null;
  topic: string | null;
}

export interface StudySetSummary {
  id: string;
  kind: StudyKind;
  title: string;
  folder_id: string | null;
  source: StudySource;
  /** A model's name; "none": in the words of the files. */
  made_by: string;
  item_count: number;
  created_at: string;
}

export type CardState = "new" | "learning" | "review" | "relearning";

export interface StudyCard {
  id: string;
  item: number;
  front: string;
  back: string;
  state: CardState;
  due_at: string;
  citations: Citation[];
}

export interface DueCard extends StudyCard {
  set_id: string;
  set_title: string;
}

export interface QuizQuestion {
  item: number;
  type: "choice" | "short";
  question: string;
  options: string[];
}

export interface StudyNode {
  item: number;
  label: string;
  /** Members of a class, attributes of an entity, events at a time. */
  details: string[];
  /** Another node's item, null at the top. */
  parent: number | null;
  citations: Citation[];
}

/** From one node's item to another's; besides those from parents to their children. */
export interface StudyEdge {
  start: number;
  end: number;
  label: string;
}

export interface SummaryPoint {
  item: number;
  section: string;
  text: string;
  citations: Citation[];
}

/** A study set with its items: the lists of other kinds are empty. */
export interface StudySet extends StudySetSummary {
  description: string;
  language: string;
  cards: StudyCard[];
  questions: QuizQuestion[];
  nodes: StudyNode[];
  edges: StudyEdge[];
  points: SummaryPoint[];
  /** Mermaid, as the server prints it. */
  diagram: string | null;
}

export interface MarkedAnswer {
  item: number;
  right: boolean;
  given: string | null;
  answer: string;
  explanation: string;
  citations: Citation[];
}

export interface Attempt {
  right: number;
  total: number;
  created_at: string;
  results: MarkedAnswer[];
}

export type AttemptSummary = Pick<Attempt, "right" | "total" | "created_at">;

export type ReviewRating = "again" | "hard" | "good" | "easy";

export interface DueCards {
  cards: DueCard[];
  total: number;
  next_due_at: string | null;
}

export interface ReviewedCard {
  id: string;
  state: CardState;
  due_at: string;
}
