/** Why a signature does not count, as a sentence for people. */
export class SignatureError extends Error {}
