/**
 * A text with the values of variables put in: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`. Nothing
 * where one of them has no value, or where more is asked of it.
 */
export function expanded(text: string, values: ReadonlyMap<string, string>): string | undefined {
  let whole = "";
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf("$", at);
    if (dollar === -1) return whole + text.slice(at);
    whole += text.slice(at, dollar);
    const variable = variableAt(text, dollar, values);
    if (variable === undefined) return undefined;
    whole += variable.value;
    at = variable.end;
  }
  return whole;
}

function variableAt(text: string, dollar: number, values: ReadonlyMap<string, string>) {
  if (text[dollar + 1] !== "{") {
    const name = /^\w{1,100}/.exec(text.slice(dollar + 1, dollar + 101))?.[0];
    const value = name === undefined ? undefined : values.get(name);
    return value === undefined ? undefined : { value, end: dollar + 1 + name!.length };
  }
  const close = text.indexOf("}", dollar);
  if (close === -1) return undefined;
  const inside = text.slice(dollar + 2, close);
  const name = /^\w+/.exec(inside)?.[0] ?? "";
  const value = substituted(values.get(name), inside.slice(name.length));
  return value === undefined ? undefined : { value, end: close + 1 };
}

function substituted(value: string | undefined, rest: string): string | undefined {
  if (rest === "") return value;
  const isEmpty = value === undefined || value === "";
  if (rest.startsWith(":-")) return isEmpty ? literal(rest.slice(2)) : value;
  if (rest.startsWith("-")) return value ?? literal(rest.slice(1));
  if (rest.startsWith(":+")) return isEmpty ? "" : literal(rest.slice(2));
  return undefined;
}

function literal(text: string): string | undefined {
  return text.includes("$") ? undefined : text;
}
