import { StoreError, saysAbsent, storeError, unavailable } from "./s3-errors.ts";

/** What the store said, if it was the store that failed. */
export function causeOf(error: unknown): StoreError | undefined {
  return error instanceof Error && error.cause instanceof StoreError ? error.cause : undefined;
}

/** Turns what the SDK throws into the store's own words. */
export async function said<T>(operation: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw error instanceof StoreError ? error : storeError(operation, error);
  }
}

/** What the store said, if it refused or failed. */
export async function failureOf(
  operation: string,
  request: () => Promise<unknown>,
): Promise<StoreError | undefined> {
  try {
    await said(operation, request);
    return undefined;
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
}

/** Turns it into a refusal that says no more than that the store fails; its words are the cause. */
export async function refusing<T>(operation: string, request: () => Promise<T>): Promise<T> {
  try {
    return await said(operation, request);
  } catch (error) {
    throw error instanceof StoreError ? unavailable(error) : error;
  }
}

/** The same, but `undefined` where the store says that there is no such object. */
export async function unlessAbsent<T>(
  operation: string,
  request: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await refusing(operation, request);
  } catch (error) {
    const cause = causeOf(error);
    if (cause !== undefined && saysAbsent(cause)) return undefined;
    throw error;
  }
}
