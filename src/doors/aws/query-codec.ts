import { isUtf8 } from "node:buffer";
import type { Service } from "../../operations/operation.ts";
import { WireTime } from "../../operations/wire-time.ts";
import { RegistryError } from "../../registry/errors.ts";
import { decodeParameters, type Parameters } from "./request-head.ts";
import type { WireError } from "./wire.ts";

/** The versions of the services that speak AWS Query. */
export const queryVersions: ReadonlyMap<Service, string> = new Map<Service, string>([
  ["cloudwatch", "2010-08-01"],
  ["iam", "2010-05-08"],
  ["sts", "2011-06-15"],
]);

/** A member of a call: text, or what its name with dots spells out. */
export type QueryValue = string | QueryValue[] | { readonly [name: string]: QueryValue };

/** What an AWS Query request asks: its action and version, and the action's own members. */
export interface QueryCall {
  readonly action: string | undefined;
  readonly version: string | undefined;
  readonly input: Readonly<Record<string, QueryValue>>;
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
  return { action, version, input: structured(members) };
}

/** `<ActionResponse>`, the members of the output under `<ActionResult>`; without output none. */
export function encodeQuery(
  { service, operationName: action }: { readonly service: Service; readonly operationName: string },
  output: unknown,
  requestId: string,
): string {
  return [
    `<${action}Response xmlns="${namespaceOf(service)}">`,
    ...(output === undefined ? [] : [`<${action}Result>${element(output)}</${action}Result>`]),
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`,
    `</${action}Response>`,
  ].join("\n");
}

export function encodeQueryError(error: WireError, requestId: string): string {
  const type = error.status < 500 ? "Sender" : "Receiver";
  return [
    `<ErrorResponse xmlns="${namespaceOf("sts")}">`,
    `<Error><Type>${type}</Type><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error>`,
    `<RequestId>${requestId}</RequestId>`,
    "</ErrorResponse>",
  ].join("\n");
}

/** The same as JSON, the names as in XML. */
export function encodeQueryInJson(
  { operationName: action }: { readonly operationName: string },
  output: unknown,
  requestId: string,
): string {
  const result = output === undefined ? {} : { [`${action}Result`]: output };
  const metadata = { ResponseMetadata: { RequestId: requestId } };
  return JSON.stringify({ [`${action}Response`]: { ...result, ...metadata } }, mapAsObject);
}

export function encodeQueryErrorInJson(error: WireError, requestId: string): string {
  const Type = error.status < 500 ? "Sender" : "Receiver";
  return JSON.stringify({
    Error: { Type, Code: error.code, Message: error.message },
    RequestId: requestId,
  });
}

function mapAsObject(_name: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}

/** In a form, unlike in a URL that was signed, `+` is a space. */
function decodeForm(body: Buffer): Parameters {
  if (!isUtf8(body)) throw malformed("The form is not UTF-8.");
  return decodeParameters(body.toString("utf8").replaceAll("+", " "));
}

function namespaceOf(service: Service): string {
  if (service === "cloudwatch") return "http://monitoring.amazonaws.com/doc/2010-08-01/";
  return `https://${service}.amazonaws.com/doc/${queryVersions.get(service) ?? ""}/`;
}

/** A tree under construction. Maps, so that no name means anything to the language. */
type Branch = Map<string, string | Branch>;

/**
 * Structures and lists from flat names: `Tags.member.2.Key` is the member Key of the second tag
 * (AWS Query, "Serialization").
 * @throws RegistryError Serialization for names that contradict one another or nest too deeply
 */
function structured(members: ReadonlyMap<string, string>): Record<string, QueryValue> {
  const root: Branch = new Map();
  for (const [name, value] of members) {
    const steps = name.split(".");
    const last = steps.pop() ?? "";
    if (steps.length > nameSteps) throw malformed(`Parameter '${printable(name)}' is too deep.`);
    let branch = root;
    for (const step of steps) {
      const next = branch.get(step) ?? new Map();
      if (typeof next === "string") throw malformed(`Parameter '${printable(name)}' is ambiguous.`);
      branch.set(step, next);
      branch = next;
    }
    if (branch.has(last)) throw malformed(`Parameter '${printable(name)}' is ambiguous.`);
    branch.set(last, value);
  }
  return Object.fromEntries([...root].map(([name, value]) => [name, toValue(value)]));
}

const nameSteps = 16;

function toValue(value: string | Branch): QueryValue {
  if (typeof value === "string") return value;
  const list = value.get("member");
  if (value.size === 1 && list instanceof Map) return listOf(list);
  const members = [...value].filter(([name]) => name !== "__proto__");
  return Object.fromEntries(members.map(([name, member]) => [name, toValue(member)]));
}

/** In the order of their numbers, which need not be without gaps. */
function listOf(list: Branch): QueryValue[] {
  const items = [...list].map(([position, value]) => {
    if (!/^[1-9][0-9]{0,8}$/.test(position)) {
      throw malformed(`'${printable(position)}' is no position in a list.`);
    }
    return [Number(position), value] as const;
  });
  return items.sort(([a], [b]) => a - b).map(([, value]) => toValue(value));
}

/**
 * Structures as elements named for their members, lists as `<member>`, maps as `<entry>` (AWS Query,
 * "Serialization").
 */
function element(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof WireTime) return value.toString();
  if (Array.isArray(value)) return value.map((item) => tag("member", item)).join("");
  if (value instanceof Map) {
    return [...value].map(([key, entry]) => tag("entry", { key, value: entry })).join("");
  }
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
