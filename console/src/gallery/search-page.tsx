import { type FormEvent, useEffect, useState } from "react";
import { useNarrow } from "../components/narrow.ts";
import { Failure } from "./failure.tsx";
import { ask, type Found, type Listed, useAsked } from "./gallery-api.ts";
import { words } from "./gallery-messages.ts";

const pageSize = "25";

/** What the address asks for; a change of it is a place that one can go back from. */
function useQuestion(): [URLSearchParams, (next: URLSearchParams) => void] {
  const [text, setText] = useState(location.search);
  useEffect(() => {
    const follow = () => setText(location.search);
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  const put = (next: URLSearchParams) => {
    const search = next.size === 0 ? "" : `?${next}`;
    history.pushState(null, "", `/gallery${search}`);
    setText(search);
  };
  return [new URLSearchParams(text), put];
}

export function SearchPage() {
  const [question, put] = useQuestion();
  const asked = new URLSearchParams(question);
  asked.set("maxResults", pageSize);
  const { data, answered, error, retry } = useAsked<Found>("repositories", asked.toString());
  useEffect(() => {
    document.title = words.title;
  }, []);
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const query = String(new FormData(event.currentTarget).get("query") ?? "").trim();
    const next = new URLSearchParams(question);
    if (query === "") next.delete("query");
    else next.set("query", query);
    put(next);
  };
  return (
    <>
      <h1>{words.title}</h1>
      <search>
        <form onSubmit={search} key={question.get("query")}>
          <input
            type="search"
            name="query"
            aria-label={words.find}
            placeholder={words.find}
            defaultValue={question.get("query") ?? ""}
          />
          <button type="submit">{words.search}</button>
        </form>
      </search>
      <div className="columns">
        <Facets found={data} question={question} put={put} />
        <section aria-label={words.search}>
          {error !== undefined && <Failure error={error} retry={retry} />}
          {data === undefined && error === undefined && <p>{words.loading}</p>}
          {data !== undefined && (
            <Results
              key={answered}
              first={data}
              asked={answered}
              clear={() => put(new URLSearchParams())}
            />
          )}
        </section>
      </div>
    </>
  );
}

interface FacetsProps {
  readonly found: Found | undefined;
  readonly question: URLSearchParams;
  readonly put: (next: URLSearchParams) => void;
}

function Facets({ found, question, put }: FacetsProps) {
  const { facets } = found ?? {};
  const isNarrow = useNarrow();
  const toggle = (name: string, value: string, isOn: boolean) => {
    const next = new URLSearchParams(question);
    if (isOn) next.append(name, value);
    else next.delete(name, value);
    put(next);
  };
  const groups = ["operatingSystem", "architecture"] as const;
  const chosen = ["verified", ...groups].flatMap((name) => question.getAll(name)).length;
  const all = (
    <>
      <Facet
        text={words.verified}
        count={facets?.verified}
        isOn={question.get("verified") === "true"}
        toggle={(isOn) => toggle("verified", "true", isOn)}
      />
      {groups.map((group) => (
        <fieldset key={group}>
          <legend>{words[group]}</legend>
          {Object.entries(facets?.[group] ?? {}).map(([value, count]) => (
            <Facet
              key={value}
              text={value}
              count={count}
              isOn={question.getAll(group).includes(value)}
              toggle={(isOn) => toggle(group, value, isOn)}
            />
          ))}
        </fieldset>
      ))}
    </>
  );
  if (!isNarrow) return <aside>{all}</aside>;
  return (
    // Results come first on a phone.
    <details>
      <summary>{words.filters(chosen)}</summary>
      {all}
    </details>
  );
}

interface FacetProps {
  readonly text: string;
  readonly count: number | undefined;
  readonly isOn: boolean;
  readonly toggle: (isOn: boolean) => void;
}

function Facet({ text, count, isOn, toggle }: FacetProps) {
  return (
    <label className="facet">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => toggle(event.currentTarget.checked)}
      />
      {text} {count !== undefined && <span>({count})</span>}
    </label>
  );
}

interface ResultsProps {
  readonly first: Found;
  readonly asked: string;
  readonly clear: () => void;
}

function Results({ first, asked, clear }: ResultsProps) {
  const [pages, setPages] = useState<readonly Found[]>([first]);
  const [isFailed, setFailed] = useState(false);
  const token = pages.at(-1)?.nextToken;
  const more = async () => {
    const parameters = new URLSearchParams(asked);
    parameters.set("nextToken", token ?? "");
    setFailed(false);
    const next = await ask<Found>("repositories", parameters).catch(() => undefined);
    if (next === undefined) setFailed(true);
    else setPages([...pages, next]);
  };
  const items = pages.flatMap(({ repositories }) => repositories);
  return (
    <>
      <p aria-live="polite">{words.results(first.totalCount, first.isComplete)}</p>
      {items.length === 0 && (
        <div className="notice">
          <strong>{words.none}</strong>
          <p>{words.noneText}</p>
          <button type="button" onClick={clear}>
            {words.clear}
          </button>
        </div>
      )}
      <ul className="cards">
        {items.map((item) => (
          <Card key={`${item.registryAlias}/${item.repositoryName}`} item={item} />
        ))}
      </ul>
      {isFailed && <p role="alert">{words.failed}</p>}
      {token !== undefined && (
        <button type="button" className="more" onClick={() => void more()}>
          {words.more}
        </button>
      )}
    </>
  );
}

function Card({ item }: { item: Listed }) {
  const name = `${item.registryAlias}/${item.repositoryName}`;
  return (
    <li>
      <Logo url={item.logoUrl} name={item.repositoryName} />
      <div>
        <h2>
          <a href={`/gallery/${name}`}>{name}</a>
        </h2>
        <Publisher item={item} />
        {item.description !== undefined && <p>{item.description}</p>}
        <small>
          {words.pulls(item.pullCount)}
          {[...item.operatingSystems, ...item.architectures].map((each) => ` · ${each}`)}
        </small>
      </div>
    </li>
  );
}

export function Publisher({ item }: { item: Listed }) {
  if (item.publisher === undefined && !item.verified) return null;
  return (
    <p className="publisher">
      {item.publisher !== undefined && `${words.by} ${item.publisher} `}
      {item.verified && <span className="badge">✓ {words.verifiedMark}</span>}
    </p>
  );
}

interface LogoProps {
  readonly url: string | undefined;
  readonly name: string;
}

/** From this very origin, whatever name the registry has for itself; the first letter where there is none. */
export function Logo({ url, name }: LogoProps) {
  if (url === undefined) {
    return (
      <span className="logo" aria-hidden="true">
        {name.slice(name.lastIndexOf("/") + 1).charAt(0)}
      </span>
    );
  }
  const { pathname, search } = new URL(url, location.href);
  return <img className="logo" src={`${pathname}${search}`} alt={words.logo} />;
}
