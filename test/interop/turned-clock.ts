/** Arguments of Node that turn its clock before the server's own code runs; nothing in it knows. */
export function turnedClock(byMs: number): string[] {
  const code = `const now = Date.now; Date.now = () => now() + ${byMs};`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}
