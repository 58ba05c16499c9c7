/** A policy's text as IAM answers with it. Source: IAM API reference, "URL-encoded compliant with RFC 3986". */
export function encodedDocument(text: string): string {
  const reserved = /[!'()*]/g; // What the language's own encoding leaves.
  return encodeURIComponent(text).replace(
    reserved,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
