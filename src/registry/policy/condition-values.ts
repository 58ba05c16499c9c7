/**
 * The values of condition keys, by key in lower case. A list is a key with several values, also
 * when it has one or none; `undefined` is a key that the request does not have. A `Map` will do,
 * and so will an object that computes a value when it is asked for.
 */
export interface ConditionValues {
  get(lowerCaseKey: string): string | readonly string[] | undefined;
}
