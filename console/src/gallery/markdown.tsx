/**
 * Markdown of strangers. It becomes elements of this page's own making and text; nothing in it becomes
 * markup, loads anything, or runs. Pictures are links, as no other origin is ever asked.
 */
import { createElement, Fragment, type ReactNode } from "react";
import {
  divider,
  fence,
  heading,
  item,
  quote,
  rule,
  spans,
  task,
  unclosed,
} from "./markdown-patterns.ts";

/** Texts beyond are cut: nobody reads them, and every page has an end. */
const mostCharacters = 64 * 1024;

export function Markdown({ text }: { text: string }) {
  const lines = text.slice(0, mostCharacters).replaceAll("\r\n", "\n").split("\n");
  return <div className="markdown">{blocks(lines)}</div>;
}

/** Below the headings of the page itself. */
const headingOffset = 2;

function blocks(lines: readonly string[], depth = 0): ReactNode[] {
  const out: ReactNode[] = [];
  let at = 0;
  const takeWhile = (isIn: (line: string) => boolean) => {
    const from = at;
    while (at < lines.length && isIn(lines[at] ?? "")) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const key = at;
    if (line.trim() === "") {
      at += 1;
    } else if (fence.test(line)) {
      const [, mark = ""] = fence.exec(line) ?? [];
      at += 1;
      const code = takeWhile((each) => !each.trimStart().startsWith(mark));
      at += 1;
      out.push(
        <pre key={key}>
          <code>{code.join("\n")}</code>
        </pre>,
      );
    } else if (heading.test(line)) {
      const [, marks = "", text = ""] = heading.exec(line) ?? [];
      at += 1;
      const level = Math.min(6, marks.length + headingOffset);
      out.push(createElement(`h${level}`, { key }, inline(unclosed(text))));
    } else if (rule.test(line)) {
      at += 1;
      out.push(<hr key={key} />);
    } else if (quote.test(line) && depth < 8) {
      const quoted = takeWhile((each) => quote.test(each)).map((each) => each.replace(quote, ""));
      out.push(<blockquote key={key}>{blocks(quoted, depth + 1)}</blockquote>);
    } else if (item.test(line) && depth < 8) {
      const taken = takeWhile((each) => item.test(each) || /^\s+\S/.test(each));
      out.push(<List key={key} lines={taken} depth={depth} />);
    } else if (line.includes("|") && divider.test(lines[at + 1] ?? "")) {
      out.push(<TableBlock key={key} lines={takeWhile((each) => each.includes("|"))} />);
    } else {
      const isText = (each: string) =>
        each.trim() !== "" &&
        !fence.test(each) &&
        !heading.test(each) &&
        !quote.test(each) &&
        !item.test(each);
      at += 1;
      out.push(<p key={key}>{inline([line, ...takeWhile(isText)].join("\n"))}</p>);
    }
  }
  return out;
}

function List({ lines, depth }: { lines: readonly string[]; depth: number }) {
  const [first = ""] = lines;
  const [, indent = "", number] = item.exec(first) ?? [];
  const items: string[][] = [];
  for (const line of lines) {
    const [marker, deep = ""] = item.exec(line) ?? [];
    if (marker !== undefined && deep.length <= indent.length)
      items.push([line.slice(marker.length)]);
    else items.at(-1)?.push(line.slice(Math.min(indent.length + 2, line.search(/\S/))));
  }
  const children = items.map(([head = "", ...rest], index) => {
    const [mark, state] = task.exec(head) ?? [];
    return (
      // Items have no name but their place.
      <li key={index}>
        {mark !== undefined && (state === " " ? "☐ " : "☑ ")}
        {inline(mark === undefined ? head : head.slice(mark.length))}
        {blocks(rest, depth + 1)}
      </li>
    );
  });
  return number === undefined ? <ul>{children}</ul> : <ol start={Number(number)}>{children}</ol>;
}

function TableBlock({ lines }: { lines: readonly string[] }) {
  const [head = "", , ...rows] = lines;
  return (
    <table>
      <thead>
        <tr>
          {cells(head).map((cell, index) => createElement("th", { key: index }, inline(cell)))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          // Rows have no name but their place.
          <tr key={index}>
            {cells(row).map((cell, at) => createElement("td", { key: at }, inline(cell)))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function cells(row: string): string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

function inline(text: string, depth = 0): ReactNode[] {
  if (depth > 4) return [text];
  const out: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(spans)) {
    out.push(text.slice(from, match.index), span(match, depth));
    from = match.index + match[0].length;
  }
  return [...out, text.slice(from)].map((node, index) =>
    // Spans have no name but their place.
    typeof node === "string" ? node : <Fragment key={index}>{node}</Fragment>,
  );
}

function span(match: RegExpMatchArray, depth: number): ReactNode {
  const [whole, escaped, code, alt, picture, text, href, strong, emphasis, struck, bare] = match;
  if (escaped !== undefined) return escaped;
  if (code !== undefined) return <code>{code}</code>;
  if (picture !== undefined) return <SafeLink href={picture}>{[alt || picture]}</SafeLink>;
  if (href !== undefined) return <SafeLink href={href}>{inline(text ?? "", depth + 1)}</SafeLink>;
  if (strong !== undefined) return <strong>{inline(strong, depth + 1)}</strong>;
  if (emphasis !== undefined) return <em>{inline(emphasis, depth + 1)}</em>;
  if (struck !== undefined) return <del>{inline(struck, depth + 1)}</del>;
  if (bare !== undefined) return <SafeLink href={bare}>{[bare]}</SafeLink>;
  return whole;
}

/** Only to the web and to mail, whole addresses; everything else is the text alone. */
function SafeLink({ href, children }: { href: string; children: ReactNode[] }) {
  if (!/^(?:https?|mailto):/i.test(href) || !URL.canParse(href)) return <>{children}</>;
  return (
    <a href={href} rel="noopener noreferrer nofollow ugc" target="_blank">
      {children}
    </a>
  );
}
