import type { Api } from "../api/client.ts";
import type { Citation, LibraryFile, Me, StudySet } from "../api/types.ts";
import { NO_FOLDER } from "../api/files.ts";
import type { Announcer } from "./announcer.ts";
import { Chats } from "./chats.ts";
import { Conversation } from "./conversation.ts";
import { Dialogs } from "./dialogs.ts";
import { Layout } from "./layout.ts";
import { Library } from "./library.ts";
import { placeInAddress, putInAddress } from "./route.ts";
import { Study } from "./study.ts";
import { Talking } from "./talking.ts";
import { Uploads } from "./uploads.ts";
import { Viewer } from "./viewer.ts";

/** Everything that a signed-in learner works with; made at sign-in and closed at sign-out, so that nothing is left over. */
export class Workspace {
  readonly me: Me;
  readonly api: Api;
  readonly announcer: Announcer;
  readonly library: Library;
  readonly uploads: Uploads;
  readonly chats: Chats;
  readonly conversation: Conversation;
  readonly study: Study;
  readonly viewer: Viewer;
  readonly talking: Talking;
  readonly layout = new Layout();
  readonly dialogs = new Dialogs();

  constructor(me: Me, api: Api, announcer: Announcer) {
    this.me = me;
    this.api = api;
    this.announcer = announcer;
    this.library = new Library(api, announcer);
    this.uploads = new Uploads(api, announcer, me.limits?.file_bytes ?? null, (file) => this.library.accepted(file));
    this.chats = new Chats(api);
    const observer = { onBegun: (chatId: string) => this.#address(chatId), onAnswered: (chatId: string) => this.#answered(chatId) };
    this.conversation = new Conversation(api, announcer, observer, me.locked);
    this.study = new Study(api, announcer);
    this.viewer = new Viewer(api);
    this.talking = new Talking({ api, me, announcer, conversation: this.conversation, onMade: () => void this.study.loadList() });
    window.addEventListener("popstate", this.#onAddress);
    window.addEventListener("beforeunload", this.#onLeaving);
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#onAddress();
    void this.library.reload();
    void this.chats.load();
    void this.study.load();
  }

  close(): void {
    window.removeEventListener("popstate", this.#onAddress);
    window.removeEventListener("beforeunload", this.#onLeaving);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.talking.end();
    this.conversation.leave();
    this.library.close();
    this.uploads.close();
    this.viewer.close();
  }

  /** After the server was away: show what is true now. */
  catchUp(): void {
    void this.library.reload();
    void this.chats.load();
    void this.conversation.load();
    void this.study.load();
    if (this.viewer.store.get().page.problem) void this.viewer.load();
  }

  openChat(chatId: string): void {
    putInAddress({ kind: "chat", id: chatId }, "push");
    this.conversation.open(chatId);
    this.layout.show("chat");
  }

  /** A new conversation starts in the folder that is open. */
  newChat(): void {
    const { folderId } = this.library.store.get();
    putInAddress({ kind: "chat", id: null }, "push");
    this.layout.show("chat");
    this.conversation.begin(folderId === NO_FOLDER ? null : folderId);
  }

  async deleteChat(chatId: string): Promise<void> {
    await this.chats.delete(chatId);
    this.announcer.say("Conversation deleted.");
    if (this.conversation.store.get().chatId !== chatId) return;
    putInAddress({ kind: "chat", id: null }, "replace");
    this.conversation.open(null);
  }

  async renameChat(chatId: string, title: string): Promise<void> {
    await this.chats.rename(chatId, title);
    this.conversation.renamed(chatId, title);
  }

  openSet(setId: string): void {
    putInAddress({ kind: "set", id: setId }, "push");
    this.study.open(setId);
    this.layout.show("set");
  }

  /** Something was made: it is listed, and shown. */
  madeSet(set: StudySet): void {
    this.study.made(set);
    this.openSet(set.id);
    this.layout.store.set({ side: "study" });
  }

  openReview(): void {
    putInAddress({ kind: "review" }, "push");
    this.study.review();
    this.layout.show("set");
  }

  async deleteSet(setId: string): Promise<void> {
    await this.study.delete(setId);
    this.announcer.say("Study set deleted.");
    const { shown } = this.study.store.get();
    if (shown === null && this.layout.store.get().main === "set") this.showConversation();
  }

  /** Back from studying to the conversation that was open. */
  showConversation(): void {
    putInAddress({ kind: "chat", id: this.conversation.store.get().chatId }, "push");
    this.layout.show("chat");
  }

  openCitation(citation: Citation): void {
    this.viewer.openCitation(citation);
    this.layout.show("page");
  }

  openFile(file: LibraryFile): void {
    this.viewer.openFile(file);
    this.layout.show("page");
  }

  closeViewer(): void {
    this.viewer.close();
    this.layout.leavePage();
  }

  #answered(chatId: string): void {
    this.#address(chatId);
    void this.chats.load();
    void this.conversation.refreshChat(chatId);
  }

  /** A reload comes back to the conversation, also while its first answer is being written. */
  #address(chatId: string): void {
    const isShown = this.layout.store.get().main === "chat" && this.conversation.store.get().chatId === chatId;
    if (isShown) putInAddress({ kind: "chat", id: chatId }, "replace");
  }

  /** The browser asks before files that are still being sent are lost. */
  #onLeaving = (event: BeforeUnloadEvent): void => {
    if (this.uploads.isSending) event.preventDefault();
  };

  /** What was asked, made or answered elsewhere meanwhile is shown to whoever comes back. */
  #onVisibility = (): void => {
    if (document.hidden) return;
    void this.chats.load();
    void this.conversation.load();
    void this.study.load();
  };

  #onAddress = (): void => {
    const place = placeInAddress();
    if (place.kind === "chat") {
      this.conversation.open(place.id);
      this.layout.show("chat");
      return;
    }
    if (place.kind === "set") this.study.open(place.id);
    else this.study.review();
    this.layout.show("set");
    this.layout.store.set({ side: "study" });
  };
}
