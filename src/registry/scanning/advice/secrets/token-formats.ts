import { crc32 } from "node:zlib";
import { base62, type CharacterSet, endOfRun, isIn, sets } from "./character-sets.ts";
import type { FoundSecret } from "./found-secret.ts";

/** A form of token that its issuer has published: a prefix and what comes after it. */
export interface TokenFormat {
  readonly kind: string;
  readonly prefix: string;
  readonly characters: CharacterSet;
  /** Of what comes after the prefix. */
  readonly least: number;
  readonly most: number;
  /** Whether that can be a token: a checksum, or parts that it has. */
  readonly isSound?: (rest: string) => boolean;
}

const exactly = (length: number) => ({ least: length, most: length });
const github = { characters: sets.base62, ...exactly(36), isSound: hasChecksum };
const gitlab = { characters: sets.urlSafeDotted, least: 20, most: 320 };
const slack = { characters: sets.urlSafe, least: 40, most: 255, isSound: hasSlackParts };

/** Sources: the issuers' own documentation of their tokens' forms. */
export const tokenFormats: readonly TokenFormat[] = [
  { kind: "AWS access key id", prefix: "AKIA", characters: sets.base32, ...exactly(16) },
  { kind: "AWS access key id", prefix: "ASIA", characters: sets.base32, ...exactly(16) },
  { kind: "GitHub token", prefix: "ghp_", ...github },
  { kind: "GitHub token", prefix: "gho_", ...github },
  { kind: "GitHub token", prefix: "ghu_", ...github },
  { kind: "GitHub token", prefix: "ghs_", ...github },
  { kind: "GitHub token", prefix: "ghr_", ...github },
  {
    kind: "GitHub token",
    prefix: "github_pat_",
    characters: sets.word,
    ...exactly(82),
    isSound: (rest) => rest.indexOf("_") === 22,
  },
  { kind: "GitLab token", prefix: "glpat-", ...gitlab },
  { kind: "GitLab token", prefix: "gldt-", ...gitlab },
  { kind: "GitLab token", prefix: "glrt-", ...gitlab },
  { kind: "GitLab token", prefix: "glptt-", ...gitlab, least: 40 },
  { kind: "Slack token", prefix: "xoxb-", ...slack },
  { kind: "Slack token", prefix: "xoxp-", ...slack },
  { kind: "Slack token", prefix: "xoxa-", ...slack },
  { kind: "Slack token", prefix: "xoxr-", ...slack },
  {
    kind: "Slack webhook",
    prefix: "https://hooks.slack.com/services/T",
    characters: sets.base64,
    least: 40,
    most: 80,
    isSound: (rest) => rest.split("/").length === 3 && rest.split("/")[2]!.length >= 20,
  },
  { kind: "Google API key", prefix: "AIza", characters: sets.urlSafe, ...exactly(35) },
  { kind: "Google OAuth secret", prefix: "GOCSPX-", characters: sets.urlSafe, ...exactly(28) },
  {
    kind: "npm token",
    prefix: "npm_",
    characters: sets.base62,
    ...exactly(36),
    isSound: hasChecksum,
  },
  {
    kind: "PyPI token",
    prefix: "pypi-AgEIcHlwaS5vcmc",
    characters: sets.urlSafe,
    least: 50,
    most: 1000,
  },
  { kind: "Docker Hub token", prefix: "dckr_pat_", characters: sets.urlSafe, ...exactly(27) },
  { kind: "Stripe key", prefix: "sk_live_", characters: sets.base62, least: 24, most: 247 },
  { kind: "Stripe key", prefix: "rk_live_", characters: sets.base62, least: 24, most: 247 },
  { kind: "Hugging Face token", prefix: "hf_", characters: sets.letters, ...exactly(34) },
  { kind: "Anthropic key", prefix: "sk-ant-", characters: sets.urlSafe, least: 80, most: 130 },
  { kind: "OpenAI key", prefix: "sk-proj-", characters: sets.urlSafe, least: 74, most: 200 },
  { kind: "DigitalOcean token", prefix: "dop_v1_", characters: sets.lowerHex, ...exactly(64) },
  { kind: "Vault token", prefix: "hvs.", characters: sets.urlSafe, least: 90, most: 200 },
  {
    kind: "SendGrid key",
    prefix: "SG.",
    characters: sets.urlSafeDotted,
    ...exactly(66),
    isSound: (rest) => rest.indexOf(".") === 22,
  },
];

/** Tokens of these forms, wherever they stand alone: not inside of a longer word. */
export function tokensIn(text: string): FoundSecret[] {
  return tokenFormats.flatMap((format) => tokensOf(format, text));
}

function tokensOf({ kind, prefix, characters, least, most, isSound }: TokenFormat, text: string) {
  const found: FoundSecret[] = [];
  let at = text.indexOf(prefix);
  while (at !== -1) {
    const from = at + prefix.length;
    const end = endOfRun(characters, text, from, most + 1);
    const rest = text.slice(from, end);
    const isWhole = !isIn(sets.urlSafe, text, at - 1) && !isIn(sets.urlSafe, text, end);
    const isLong = rest.length >= least && rest.length <= most;
    if (isWhole && isLong && !isExample(rest) && (isSound === undefined || isSound(rest))) {
      const preview = text.slice(at, at + 4);
      found.push({ kind, start: at, end, preview, isCertain: true });
    }
    at = text.indexOf(prefix, Math.max(from, end));
  }
  return found;
}

/** Documentation's own tokens, and what stands for one: `AKIAIOSFODNN7EXAMPLE`, `ghp_xxxxxxxx…`. */
function isExample(rest: string): boolean {
  return new Set(rest).size < 6 || /EXAMPLE|example/.test(rest);
}

/** Thirty characters and their CRC-32 in base 62. Source: GitHub's announcements of its and npm's tokens. */
function hasChecksum(rest: string): boolean {
  let sum = crc32(rest.slice(0, 30));
  let written = "";
  for (let digit = 0; digit < 6; digit++) {
    written = base62[sum % 62]! + written;
    sum = Math.floor(sum / 62);
  }
  return written === rest.slice(30);
}

/** Numbers of workspace and user, then what is secret. */
function hasSlackParts(rest: string): boolean {
  const parts = rest.split("-");
  const secret = parts.at(-1)!;
  const [team = ""] = parts;
  return (
    parts.length >= 3 &&
    team.length >= 9 &&
    endOfRun(sets.digits, team, 0) === team.length &&
    secret.length >= 20
  );
}
