const utf8 = new TextDecoder("utf-8");

/** UTF-8 without a byte order mark; what is none reads as U+FFFD. */
export function decodedText(content: Uint8Array): string {
  return utf8.decode(content);
}

/** Lines without their ends, whether LF or CRLF. */
export function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start <= text.length) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    yield text.slice(start, end > start && text[end - 1] === "\r" ? end - 1 : end);
    start = end + 1;
  }
}

/**
 * Fields of `Name: value` up to the first empty line, continued by lines that begin with a blank: the form of
 * mail, of Python's METADATA and of Java's manifests. Names are in lower case; all values of a name are kept.
 * @param joint stands where a line was continued: nothing in manifests, a line end in METADATA
 */
export function headerFields(text: string, joint: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  let name: string | undefined;
  let parts: string[] = [];
  const keep = () => {
    if (name === undefined) return;
    const values = fields.get(name);
    const value = parts.join(joint).trim();
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  };
  for (const line of linesOf(text)) {
    if (line === "") break;
    if (line[0] === " " || line[0] === "\t") {
      parts.push(line.slice(1));
      continue;
    }
    keep();
    const colon = line.indexOf(":");
    name = colon <= 0 ? undefined : line.slice(0, colon).trim().toLowerCase();
    parts = colon <= 0 ? [] : [line.slice(colon + 1)];
  }
  keep();
  return fields;
}
