import type { Entry, EntryInput } from "../../api/gallery.ts";

/** An entry while it is written. */
export interface EntryDraft {
  readonly repositoryName: string;
  readonly title: string;
  readonly owner: string;
  readonly purpose: string;
  readonly contact: string;
  readonly documentation: string;
  readonly categories: string;
  /** `name=value` in each line. */
  readonly fields: string;
}

export function draftOf(stored: Entry | undefined): EntryDraft {
  const { repositoryName = "", title = "", owner = "", purpose = "" } = stored ?? {};
  return {
    ...{ repositoryName, title, owner, purpose },
    ...{ contact: stored?.contact ?? "", documentation: stored?.documentation ?? "" },
    categories: (stored?.categories ?? []).join(", "),
    fields: Object.entries(stored?.fields ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
  };
}

export function inputOf(draft: EntryDraft): EntryInput {
  const { contact, documentation, categories, fields, ...rest } = draft;
  return {
    ...rest,
    ...(contact.trim() !== "" && { contact }),
    ...(documentation.trim() !== "" && { documentation }),
    categories: categories
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== ""),
    fields: fieldsOf(fields) ?? {},
  };
}

/** Absent where a line is no pair. Numbers, yes and no are what they look like. */
export function fieldsOf(text: string): EntryInput["fields"] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const pairs = lines.map((line) => /^([^=]+)=(.*)$/.exec(line));
  if (pairs.some((pair) => pair === null)) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => [pair![1]!.trim(), typed(pair![2]!.trim())] as const),
  );
}

function typed(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
