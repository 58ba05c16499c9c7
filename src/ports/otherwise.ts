/** Makes what the transaction rejects with, maybe at its end, when a row is not as it was expected to be. */
export type Otherwise = () => Error;
