import { lazy, Suspense, useEffect, useState } from "react";
import { copyText } from "../components/copy-text.ts";
import { sizeText } from "../components/size-text.ts";
import { Failure } from "./failure.tsx";
import { ask, type Described, type Tags, useAsked } from "./gallery-api.ts";
import { words } from "./gallery-messages.ts";
import { Logo, Publisher } from "./search-page.tsx";

/** Asked for at once: `latest` has to be among them. */
const tagsAtOnce = "1000";
/** Rows that are shown, and added by *More*. */
const rowsAtOnce = 100;

const Markdown = lazy(() => import("./markdown.tsx"));

export function RepositoryPage({ name }: { name: string }) {
  const question = new URLSearchParams({ name }).toString();
  const { data, error, retry } = useAsked<{ repository: Described }>("repository", question);
  const tags = useAsked<Tags>("tags", `${question}&maxResults=${tagsAtOnce}`);
  useEffect(() => {
    document.title = `${name} – ${words.title}`;
  }, [name]);
  if (error?.status === 404 || error?.status === 400) return <Gone />;
  if (error !== undefined) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <p>{words.loading}</p>;
  const { repository } = data;
  return (
    <article>
      <div className="heading">
        <Logo url={repository.logoUrl} name={repository.repositoryName} />
        <div>
          <h1>{name}</h1>
          <Publisher item={repository} />
        </div>
      </div>
      {repository.description !== undefined && <p>{repository.description}</p>}
      <p>
        {words.pulls(repository.pullCount)} · {words.updated} <Day seconds={repository.updatedAt} />
        {[...repository.operatingSystems, ...repository.architectures].map((each) => ` · ${each}`)}
      </p>
      <Pull uri={repository.repositoryUri} tags={tags.data} />
      {tags.data?.tags.some(isChart) === true && <Charts name={name} />}
      <h2>{words.about}</h2>
      <Written text={repository.aboutText ?? words.noAbout} />
      {repository.usageText !== undefined && (
        <>
          <h2>{words.usage}</h2>
          <Written text={repository.usageText} />
        </>
      )}
      <h2>{words.tags}</h2>
      {tags.error !== undefined && <Failure error={tags.error} retry={tags.retry} />}
      {tags.data !== undefined && <TagList key={name} name={name} first={tags.data} />}
    </article>
  );
}

function Gone() {
  return (
    <>
      <h1>{words.gone}</h1>
      <p>{words.goneText}</p>
      <p>
        <a href="/gallery">{words.toSearch}</a>
      </p>
    </>
  );
}

/** What a publisher wrote: as it is until what reads Markdown is there. */
function Written({ text }: { text: string }) {
  return (
    <Suspense fallback={<p>{text}</p>}>
      <Markdown text={text} />
    </Suspense>
  );
}

/** `latest` where there is one, as clients take; else what was set last. */
function defaultTag({ tags }: Tags): string | undefined {
  const newest = tags.toSorted((a, b) => b.createdAt - a.createdAt)[0];
  return (tags.find(({ imageTag }) => imageTag === "latest") ?? newest)?.imageTag;
}

const chartConfig = "application/vnd.cncf.helm.config.v1+json";

function isChart({ artifactMediaType }: Tags["tags"][number]): boolean {
  return artifactMediaType === chartConfig;
}

function Pull({ uri, tags }: { uri: string; tags: Tags | undefined }) {
  const name = tags && defaultTag(tags);
  const tag = tags?.tags.find(({ imageTag }) => imageTag === name);
  if (tag === undefined) return null;
  const { imageTag } = tag;
  return (
    <Command
      text={
        isChart(tag)
          ? // What a tag cannot hold stands in it as an underscore. Source: Helm, "OCI registries".
            `helm pull oci://${uri} --version ${imageTag.replaceAll("_", "+")}`
          : `docker pull ${uri}:${imageTag}`
      }
    />
  );
}

/** For tools that know classic chart repositories alone. */
function Charts({ name }: { name: string }) {
  const address = `${location.origin}/charts/${name}`;
  const short = name.slice(name.lastIndexOf("/") + 1);
  return (
    <>
      <h2>{words.charts}</h2>
      <Command text={`helm repo add ${short} ${address}`} />
      <p>
        <a href={`${address}/index.yaml`}>{words.chartIndex}</a>
      </p>
    </>
  );
}

function Command({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    setCopied(await copyText(text));
  };
  return (
    <div className="pull">
      <code>{text}</code>
      <button type="button" onClick={() => void copy()} aria-label={`${words.copy} ${text}`}>
        {words.copy}
      </button>
      <output>{isCopied && words.copied}</output>
    </div>
  );
}

/** Some at first, and more of those that are known or can be asked for. */
function TagList({ name, first }: { name: string; first: Tags }) {
  const [{ tags, nextToken }, setKnown] = useState(first);
  const [count, setCount] = useState(rowsAtOnce);
  const [isFailed, setFailed] = useState(false);
  if (tags.length === 0) return <p>{words.noTags}</p>;
  const more = async () => {
    setFailed(false);
    if (count >= tags.length && nextToken !== undefined) {
      const question = new URLSearchParams({ name, maxResults: tagsAtOnce, nextToken });
      const next = await ask<Tags>("tags", question).catch(() => undefined);
      if (next === undefined) return setFailed(true);
      setKnown({ ...next, tags: [...tags, ...next.tags] });
    }
    setCount(count + rowsAtOnce);
  };
  return (
    <>
      <TagTable tags={tags.slice(0, count)} />
      {isFailed && <p role="alert">{words.failed}</p>}
      {(count < tags.length || nextToken !== undefined) && (
        <button type="button" className="more" onClick={() => void more()}>
          {words.more}
        </button>
      )}
    </>
  );
}

function TagTable({ tags }: Pick<Tags, "tags">) {
  return (
    // What may have to be scrolled can be reached by the keyboard.
    <section className="scroll" aria-label={words.tags} tabIndex={0}>
      <table className="tags">
        <thead>
          <tr>
            <th scope="col">{words.tag}</th>
            <th scope="col">{words.size}</th>
            <th scope="col">{words.pushed}</th>
            <th scope="col">{words.digest}</th>
          </tr>
        </thead>
        <tbody>
          {tags.map(({ imageTag, imageDigest, imageSizeInBytes, imagePushedAt }) => (
            <tr key={imageTag}>
              <th scope="row">{imageTag}</th>
              <td>{sizeText(imageSizeInBytes)}</td>
              <td>
                <Day seconds={imagePushedAt} />
              </td>
              <td>
                <code title={imageDigest}>{imageDigest.slice(0, 19)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Day({ seconds }: { seconds: number }) {
  const at = new Date(seconds * 1000).toISOString();
  return (
    <time dateTime={at} title={at}>
      {at.slice(0, 10)}
    </time>
  );
}
