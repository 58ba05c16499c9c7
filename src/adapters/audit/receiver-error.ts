/** A receiver that did not take what it was sent; `code` is what is told of it. */
export class ReceiverError extends Error {
  override readonly name = "ReceiverError";
  readonly code: string;

  constructor(code: string, sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.code = code;
  }
}
