import type { Who } from "./mouth.ts";
import { Recognition, canRecognise } from "./recognition.ts";
import { Microphone, type MicrophoneObserver } from "./sound.ts";
import type { FromMicrophone } from "./worklet-messages.ts";

export interface EarsObserver extends Omit<MicrophoneObserver, "onLost"> {
  /** Words of the browser's own. */
  onWords(text: string, isFinal: boolean): void;
  /** Nothing is heard any more: a DOMException's name, or the browser's word for it. */
  onFailed(name: string): void;
}

/** The microphone, or the browser's own recognition where the server doesn't hear. */
export class Ears {
  readonly #observer: EarsObserver;
  readonly #language: string;
  #microphone: Microphone | null = null;
  #recognition: Recognition | null = null;
  #isMuted = false;
  #isClosed = false;

  constructor(language: string, observer: EarsObserver) {
    this.#language = language;
    this.#observer = observer;
  }

  static whoHears(serverHears: boolean): Who {
    if (serverHears) return "server";
    return canRecognise() ? "browser" : "nobody";
  }

  /** Asks for what is needed; true once something is heard. */
  async open(hearer: Who, context: AudioContext | null): Promise<boolean> {
    this.#shut();
    if (hearer === "browser") {
      this.#recognition = new Recognition(this.#language, this.#observer);
      if (!this.#isMuted) this.#recognition.start();
      return true;
    }
    if (hearer === "nobody" || context === null) return false;
    try {
      const microphone = await Microphone.open(context, {
        onFrame: this.#heard,
        onSilenced: (isSilenced) => this.#observer.onSilenced(isSilenced),
        // A headset that is switched off leaves the next microphone, where there is one.
        onLost: () => void this.open("server", context),
      });
      if (this.#isClosed) {
        microphone.close();
        return false;
      }
      this.#microphone = microphone;
      microphone.mute(this.#isMuted);
      return true;
    } catch (error) {
      this.#observer.onFailed(error instanceof DOMException ? error.name : String(error));
      return false;
    }
  }

  mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#microphone?.mute(isMuted);
    if (isMuted) this.#recognition?.stop();
    else this.#recognition?.start();
  }

  close(): void {
    this.#isClosed = true;
    this.#shut();
  }

  #heard = (frame: FromMicrophone): void => {
    if (!this.#isMuted) this.#observer.onFrame(frame);
  };

  #shut(): void {
    this.#microphone?.close();
    this.#recognition?.stop();
    this.#microphone = this.#recognition = null;
  }
}
