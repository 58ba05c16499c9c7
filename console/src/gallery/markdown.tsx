/**
 * GitHub's Markdown, of strangers. Nothing in it becomes markup, loads anything, or runs: raw HTML stays
 * text, and pictures are links, as no other origin is ever asked. Loaded by pages that show some.
 */
import { Component, createElement, type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { words } from "./gallery-messages.ts";

const plugins = [remarkGfm];

/** Below the headings of the page itself. */
const headingOffset = 2;
const levels = [1, 2, 3, 4, 5, 6] as const;
type Heading = `h${(typeof levels)[number]}`;

const components: Components = {
  ...(Object.fromEntries(levels.map((level) => [`h${level}`, heading(level)])) as Pick<
    Components,
    Heading
  >),
  a: ({ href = "", children }) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ src, alt }) => typeof src === "string" && <SafeLink href={src}>{alt || src}</SafeLink>,
  // What may have to be scrolled can be reached by the keyboard.
  table: ({ children }) => (
    <section className="scroll" aria-label={words.table} tabIndex={0}>
      <table>{children}</table>
    </section>
  ),
  // Of lists of tasks: nobody can tick them here.
  input: ({ checked }) => (checked === true ? "☑" : "☐"),
};

export default function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      <Readable key={text} text={text}>
        <ReactMarkdown remarkPlugins={plugins} components={components}>
          {text}
        </ReactMarkdown>
      </Readable>
    </div>
  );
}

function heading(level: number) {
  const name = `h${Math.min(6, level + headingOffset)}`;
  return ({ children }: { children?: ReactNode }) => createElement(name, undefined, children);
}

/** Only to the web and to mail, whole addresses; everything else is the text alone. */
function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  if (!/^(?:https?|mailto):/i.test(href) || !URL.canParse(href)) return <>{children}</>;
  return (
    <a href={href} rel="noopener noreferrer nofollow ugc" target="_blank">
      {children}
    </a>
  );
}

/** A text that nests beyond what a browser can follow is shown as it was written. */
class Readable extends Component<{ readonly text: string; readonly children: ReactNode }> {
  override state = { isTooDeep: false };

  static getDerivedStateFromError() {
    return { isTooDeep: true };
  }

  override render() {
    return this.state.isTooDeep ? <pre>{this.props.text}</pre> : this.props.children;
  }
}
