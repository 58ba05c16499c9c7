/** What a member of an AWS Query request can be. */
type Member =
  | string
  | number
  | boolean
  | undefined
  | readonly Member[]
  | { [name: string]: Member };

/**
 * The form of a request in AWS Query: structures and lists as names with dots, such as
 * `Tags.member.1.Key`; an empty list as an empty text; what is undefined is left out.
 */
export function queryForm(input: object): string {
  const pairs = pairsOf("", input as Member);
  return pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
}

function pairsOf(name: string, value: Member): [name: string, text: string][] {
  if (value === undefined) return [];
  if (typeof value !== "object") return [[name, String(value)]];
  if (Array.isArray(value)) {
    if (value.length === 0) return [[name, ""]];
    return value.flatMap((item, index) => pairsOf(`${name}.member.${index + 1}`, item as Member));
  }
  const prefix = name === "" ? "" : `${name}.`;
  return Object.entries(value).flatMap(([member, of]) => pairsOf(prefix + member, of));
}
