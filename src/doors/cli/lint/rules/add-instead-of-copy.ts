import { flagOf, type Instruction } from "../dockerfile.ts";
import type { LintRule, RuleFinding } from "../lint-finding.ts";
import { copyWords } from "../linted-dockerfile.ts";

const archive = /\.(tar|tgz|tar\.(gz|bz2|xz|zst)|tbz2?|txz)$/i;
const repository = /\.git(#.*)?$|^git@|^git:/;

/** ADD of what others serve, unchecked, and ADD where COPY says what is meant. */
export const addInsteadOfCopy: LintRule = {
  id: "add-instead-of-copy",
  summary: "ADD takes from a URL unchecked, or copies what COPY would",
  check: ({ dockerfile }) =>
    dockerfile.instructions.filter(({ name }) => name === "ADD").flatMap(findingsOf),
};

function findingsOf(instruction: Instruction): RuleFinding[] {
  const sources = copyWords(instruction).slice(0, -1);
  const url = sources.find((source) => /^https?:\/\//i.test(source) && !repository.test(source));
  if (url !== undefined && flagOf(instruction, "checksum") === undefined) {
    return [
      {
        at: instruction,
        severity: "medium",
        title: "ADD takes a file from a URL, whatever it is by then",
        reason:
          "Nobody checks what the server sends, and an archive is not unpacked as a local one is.",
        fix: "Say what it has to be: `ADD --checksum=sha256:… <url> <path>`; or fetch, check and delete in one RUN.",
      },
    ];
  }
  const isPlain = sources.length > 0 && sources.every((source) => isLocal(source));
  if (!isPlain || instruction.heredocs.length > 0) return [];
  return [
    {
      at: instruction,
      severity: "info",
      title: "ADD copies what COPY would",
      reason:
        "ADD also unpacks and downloads, depending on what it is given; COPY does what one sees.",
      fix: `\`COPY ${instruction.text}\``,
    },
  ];
}

function isLocal(source: string): boolean {
  return (
    !/^[a-z+]+:\/\//i.test(source) &&
    !archive.test(source) &&
    !repository.test(source) &&
    !/[$*?]/.test(source)
  );
}
