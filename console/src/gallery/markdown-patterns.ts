/**
 * What Markdown is recognised by. Texts are strangers', and long ones: whatever stands in them, each pattern
 * is done in a time that grows with their length and no faster.
 */

export const fence = /^ {0,3}(```|~~~)/;
export const heading = /^ {0,3}(#{1,6})\s+(\S.*)?$/s;
export const rule = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
export const quote = /^ {0,3}> ?/;
export const item = /^( *)(?:[-*+]|(\d{1,9})[.)])\s+/;
export const divider = /^\s*(?:\|\s*)?:?-+:?(?:\s*\|\s*:?-+:?)*\s*(?:\|\s*)?$/;
export const task = /^\[([ xX])\]\s+/;

/**
 * Each alternative ends with its line and after some hundred characters, and no two parts of one that
 * follow each other take the same: no text takes long.
 */
export const spans = new RegExp(
  [
    /\\([\\`*_{}[\]()#+\-.!|~<>])/,
    /`([^`\n]{1,500})`/,
    /!\[([^\]\n]{0,500})\]\(([^()\s]{1,2000})(?:[^\S\n][^()\n]{0,200})?\)/,
    /\[([^\]\n]{1,500})\]\(([^()\s]{1,2000})(?:[^\S\n][^()\n]{0,200})?\)/,
    /\*\*([^*\n]{1,500})\*\*/,
    /\*([^*\n]{1,500})\*/,
    /~~([^~\n]{1,500})~~/,
    /(https?:\/\/[^\s<>()"'`]{1,2000})/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);

/** A heading without the signs that may close it. */
export function unclosed(text: string): string {
  let end = text.length;
  while (text[end - 1] === "#") end -= 1;
  return text.slice(0, end).trimEnd();
}
