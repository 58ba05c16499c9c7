/** Why a layer has no inventory, in a word. */
export type LayerRefusal =
  /** It is no layer that is looked into: of another kind, or encrypted. */
  | "unsupported"
  /** It is not the archive that it should be, or not all of it. */
  | "damaged"
  /** It holds more bytes, entries or packages than are looked at. */
  | "too-large"
  /** A little of it stands for more than any layer's would. */
  | "too-compressed"
  | "too-slow"
  | "too-much-memory";

/** A layer that is not looked into. What it holds is unknown: never none. */
export class LayerRefused extends Error {
  override readonly name = "LayerRefused";
  readonly refusal: LayerRefusal;

  /** @param sentence for people: what the layer has that it may not have */
  constructor(refusal: LayerRefusal, sentence: string) {
    super(sentence);
    this.refusal = refusal;
  }
}
