/**
 * Whether two values are the same JSON, in whatever order their members are; what is `undefined` is absent.
 * For values that are as deep as their types are.
 */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object") return false;
  if (one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((value, at) => isSameJson(value, other[at]));
  }
  const [left, right] = [one as Members, other as Members];
  for (const name in left) if (!isSameJson(left[name], right[name])) return false;
  for (const name in right) {
    if (left[name] === undefined && right[name] !== undefined) return false;
  }
  return true;
}

type Members = Readonly<Record<string, unknown>>;
