/** What YAML documents are made of here. */
export type YamlValue =
  | boolean
  | number
  | string
  | readonly YamlValue[]
  | { readonly [name: string]: YamlValue };

/**
 * A value as a YAML document in block style, with every text in quotes: nothing that a text holds can be
 * anything but that text. Characters that YAML can not have are replaced. Source: YAML 1.2, 5.1 and 7.3.
 */
export function yamlText(value: YamlValue): string {
  return `${linesOf(value, "").join("\n")}\n`;
}

function linesOf(value: YamlValue, indent: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each: YamlValue) => {
      if (isScalar(each)) return [`${indent}- ${scalar(each)}`];
      const [first = "", ...rest] = linesOf(each, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(value).flatMap(([name, member]) => {
    const key = `${indent}${/^[A-Za-z]+$/.test(name) ? name : scalar(name)}:`;
    if (isScalar(member)) return [`${key} ${scalar(member)}`];
    const lines = linesOf(member, `${indent}  `);
    if (lines.length > 0) return [key, ...lines];
    return [`${key} ${Array.isArray(member) ? "[]" : "{}"}`];
  });
}

function isScalar(value: YamlValue): value is boolean | number | string {
  return typeof value !== "object";
}

/** A JSON text is one of YAML, but for those characters. */
function scalar(value: boolean | number | string): string {
  if (typeof value !== "string") return String(value);
  return JSON.stringify(
    value.toWellFormed().replaceAll(/[\u007f-\u009f\ufeff\ufffe\uffff]/g, "\ufffd"),
  );
}
