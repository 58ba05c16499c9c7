/** What an executable begins with. Source: the formats' own headers; Go's debug/buildinfo */
export type ExecutableKind = "elf" | "pe" | "mach-o";

/** How many bytes `executableKind` wants to see. */
export const kindBytes = 4;

/** Mach-O files for several processors are left out: no image of Linux or Windows has them. */
export function executableKind(start: Uint8Array): ExecutableKind | undefined {
  const [a, b, c, d] = start;
  if (a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46) return "elf";
  if (a === 0x4d && b === 0x5a) return "pe";
  const isLittle = (a === 0xce || a === 0xcf) && b === 0xfa && c === 0xed && d === 0xfe;
  const isBig = a === 0xfe && b === 0xed && c === 0xfa && (d === 0xce || d === 0xcf);
  return isLittle || isBig ? "mach-o" : undefined;
}
