/**
 * Whether `text` matches the whole of `pattern`, in which "*" stands for any characters, also none.
 * Time is linear in practice and at worst pattern length times text length: no backtracking beyond
 * the last star (D8).
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let inPattern = 0;
  let inText = 0;
  let lastStar = -1;
  let afterStar = 0;
  while (inText < text.length) {
    if (pattern[inPattern] === "*") {
      lastStar = inPattern++;
      afterStar = inText;
    } else if (inPattern < pattern.length && pattern[inPattern] === text[inText]) {
      inPattern++;
      inText++;
    } else if (lastStar >= 0) {
      // The last star takes one character more.
      inPattern = lastStar + 1;
      inText = ++afterStar;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === "*") inPattern++;
  return inPattern === pattern.length;
}
