/**
 * A path as layers write it, from the root: without `/` at its ends, `.`, empty parts and `..`, which never
 * leads above the root. The root itself is the empty text. Source: image-spec 1.1, "Layer", "File types".
 */
export function cleanPath(written: string): string {
  if (isClean(written)) return written;
  const parts: string[] = [];
  for (const part of written.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** Most are, but for how they begin and end: no memory for those. */
function isClean(path: string): boolean {
  let partStart = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path.charCodeAt(at) !== 0x2f) continue;
    const length = at - partStart;
    if (length === 0 && path.length > 0) return false;
    if (length <= 2 && isDots(path, partStart, length)) return false;
    partStart = at + 1;
  }
  return true;
}

function isDots(path: string, start: number, length: number): boolean {
  for (let at = start; at < start + length; at++) if (path.charCodeAt(at) !== 0x2e) return false;
  return length > 0;
}

/** The directory that holds it; of a path in the root, the empty text. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

/** Its last part. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
