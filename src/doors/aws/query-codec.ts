import { isUtf8 } from "node:buffer";
import { RegistryError } from "../../registry/errors.ts";
import { decodeParameters, type Parameters } from "./request-head.ts";
import type { WireError } from "./wire.ts";

export const stsVersion = "2011-06-15";
const namespace = `https://sts.amazonaws.com/doc/${stsVersion}/`;

/** What an AWS Query request asks: its action and version, and the action's own members. */
export interface QueryCall {
  readonly action: string | undefined;
  readonly version: string | undefined;
  readonly input: Readonly<Record<string, string>>;
}

/**
 * Reads a call from the form in the body and the parameters of the URL; presigned calls have all of
 * them in the URL.
 * @throws RegistryError Serialization when the form is malformed or says a thing twice
 */
export function decodeQuery(url: Parameters, body: Buffer): QueryCall {
  const members = new Map<string, string>();
  for (const [name, value] of [...url, ...decodeForm(body)]) {
    if (/^x-amz-/i.test(name)) continue; // Part of the signature, not of the call.
    if (members.has(name)) throw malformed(`Parameter '${printable(name)}' is given twice.`);
    members.set(name, value);
  }
  const action = members.get("Action");
  const version = members.get("Version");
  for (const name of ["Action", "Version", "__proto__"]) members.delete(name);
  return { action, version, input: Object.fromEntries(members) };
}

/** `<ActionResponse>`, the members of the output under `<ActionResult>`. */
export function encodeQuery(action: string, output: unknown, requestId: string): string {
  return [
    `<${action}Response xmlns="${namespace}">`,
    `<${action}Result>${element(output)}</${action}Result>`,
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`,
    `</${action}Response>`,
  ].join("\n");
}

export function encodeQueryError(error: WireError, requestId: string): string {
  const type = error.status < 500 ? "Sender" : "Receiver";
  return [
    `<ErrorResponse xmlns="${namespace}">`,
    `<Error><Type>${type}</Type><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error>`,
    `<RequestId>${requestId}</RequestId>`,
    "</ErrorResponse>",
  ].join("\n");
}

/** In a form, unlike in a URL that was signed, `+` is a space. */
function decodeForm(body: Buffer): Parameters {
  if (!isUtf8(body)) throw malformed("The form is not UTF-8.");
  return decodeParameters(body.toString("utf8").replaceAll("+", " "));
}

/** Structures as elements named for their members, lists as `<member>` (AWS Query, "Serialization"). */
function element(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map((item) => tag("member", item)).join("");
  if (typeof value !== "object") return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .map(([name, member]) => tag(name, member))
    .join("");
}

function tag(name: string, content: unknown): string {
  return `<${name}>${element(content)}</${name}>`;
}

const entities = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
  ["\r", "&#xD;"],
]);

function escapeXml(text: string): string {
  return printable(text).replace(/[&<>"'\r]/g, (character) => entities.get(character) ?? "");
}

/** XML 1.0 has no way to write most control characters, nor half a surrogate pair. */
function printable(text: string): string {
  return text.toWellFormed().replace(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, "\ufffd");
}

function malformed(message: string): RegistryError {
  return new RegistryError("Serialization", message);
}
