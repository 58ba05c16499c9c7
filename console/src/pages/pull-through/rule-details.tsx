import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { type CacheTerms, type CacheUsage, getTerms } from "../../api/pull-through.ts";
import { type RepositoryRow, searchRepositories } from "../../api/search.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { Status } from "../../components/status.tsx";
import { sizeText, Time } from "../../components/values.tsx";
import { pullThrough as words } from "../../messages/pull-through.ts";
import { messages } from "../../messages.ts";
import { RuleUsage } from "./rule-usage.tsx";

/** Repositories that are shown; the others are a link away. */
const shown = 10;

/** What a rule spares its upstream, on which terms it fetches, and what is there under its prefix. */
export function RuleDetails({ prefix, usage }: { prefix: string; usage: CacheUsage | undefined }) {
  const terms = useQuery({
    queryKey: ["pull-through", "terms", prefix, currentRegion()],
    queryFn: ({ signal }) => getTerms(prefix, signal),
  });
  return (
    <Container header={<Header variant="h2">{words.about(prefix)}</Header>}>
      <SpaceBetween size="m">
        {usage !== undefined && <RuleUsage usage={usage} />}
        {terms.error !== null && (
          <ErrorNotice error={terms.error} retry={() => void terms.refetch()} />
        )}
        {terms.isPending && <Status type="loading">{messages.loading}</Status>}
        {terms.data !== undefined && <Terms terms={terms.data} />}
        {/* ROOT has names of any beginning: which of them it filled cannot be told by the name. */}
        {prefix !== "ROOT" && <Cached prefix={`${prefix}/`} />}
      </SpaceBetween>
    </Container>
  );
}

function Terms({ terms }: { terms: CacheTerms }) {
  const { allow, deny, pins } = terms;
  const { endsAt } = terms;
  return (
    <KeyValuePairs
      columns={3}
      minColumnWidth={120}
      items={[
        { label: words.fresh, value: words.seconds(terms.freshSeconds) },
        { label: words.minimumAge, value: words.seconds(terms.minimumAgeSeconds) },
        {
          label: words.ends,
          value: endsAt === undefined ? words.endsNever : <Time seconds={endsAt} />,
        },
        { label: words.allow, value: allow.length === 0 ? words.allowAll : allow.join(", ") },
        { label: words.deny, value: deny.length === 0 ? words.none : deny.join(", ") },
        {
          label: words.pins,
          value:
            pins.length === 0
              ? words.none
              : pins.map((pin) => `${pin.repositoryName}:${pin.imageTag}`).join(", "),
        },
      ]}
    />
  );
}

function Cached({ prefix }: { prefix: string }) {
  const input = {
    prefix,
    sortBy: "LAST_PUSH",
    sortOrder: "DESCENDING",
    maxResults: shown,
  } as const;
  const { data, error, refetch } = useQuery({
    queryKey: ["repositories", input, currentRegion()],
    queryFn: ({ signal }) => searchRepositories(input, signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (data === undefined) return null;
  const { repositories, totalCount } = data;
  const all = `/repositories?prefix=${encodeURIComponent(prefix)}`;
  return (
    <div>
      <Header
        variant="h3"
        counter={`(${totalCount})`}
        actions={<PlaceLink to={all}>{words.allRepositories(totalCount)}</PlaceLink>}
      >
        {words.repositories}
      </Header>
      {repositories.length === 0 && words.noRepositories}
      <ul aria-label={words.repositories}>
        {repositories.map((repository) => (
          <CachedRepository key={repository.repositoryName} repository={repository} />
        ))}
      </ul>
    </div>
  );
}

function CachedRepository({ repository }: { repository: RepositoryRow }) {
  const { repositoryName: name, sizeInBytes, lastPushedAt } = repository;
  return (
    <li>
      <PlaceLink to={`/r/${name}/-/images`}>{name}</PlaceLink> {sizeText(sizeInBytes)}{" "}
      <Time seconds={lastPushedAt} />
    </li>
  );
}
