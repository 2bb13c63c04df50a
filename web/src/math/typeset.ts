import katex from "katex";

/** Sets a formula into an element; false where it can't be read. */
export type Typeset = (source: string, place: HTMLElement, isApart: boolean) => boolean;

/** KaTeX gives these a `style` attribute in MathML, which the page's policy refuses; their boxes are drawn without. */
const STYLED = /\\(?:fcolorbox|pmb)\b/;

export const typeset: Typeset = (source, place, isApart) => {
  try {
    katex.render(source, place, {
      displayMode: isApart,
      throwOnError: true,
      trust: false,
      strict: "ignore",
      maxSize: 20,
      maxExpand: 200,
      output: STYLED.test(source) ? "html" : "htmlAndMathml",
    });
    return true;
  } catch {
    place.replaceChildren();
    return false;
  }
};
