/** Whether a tag matches a pattern of ECR's, in which * stands for anything. Linear, without RegExp. */
export function matchesPattern(pattern: string, tag: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return first === tag;
  if (!tag.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let from = first.length;
  for (const part of rest) {
    const found = tag.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return tag.length - last.length >= from && tag.endsWith(last);
}
