import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { currentRegion } from "../../api/call.ts";
import { aggregations, type Group } from "../../api/findings.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { SeverityCounts } from "../../components/severity.tsx";
import { shortDigest } from "../../components/values.tsx";
import { security as words } from "../../messages/security.ts";
import { messages } from "../../messages.ts";
import { type AskedFindings, equal, type GroupBy } from "./asked-findings.ts";

const pageSize = 50;
type Grouping = Exclude<GroupBy, "none">;

/** How many findings there are of each; those with the worst of them first. */
export function FindingGroups({ asked, groupBy }: { asked: AskedFindings; groupBy: Grouping }) {
  const input = inputOf(asked, groupBy);
  const { query, pages } = usePaged(
    ["findings", currentRegion(), "finding-groups", input],
    (token, signal) => aggregations({ ...input, maxResults: pageSize, ...token }, signal),
  );
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const rows = pages
    .flatMap(({ responses = [] }) => responses)
    .map((group) => rowOf(group))
    .filter((row) => row !== undefined);
  return (
    <SpaceBetween size="m">
      <ListTable
        items={rows}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.noFindings} text={words.noFindingsText} />}
        trackBy="id"
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: words.groups[groupBy] }}
        header={<Header variant="h2">{words.groups[groupBy]}</Header>}
        columnDefinitions={[
          {
            ...{ id: "name", header: words.groups[groupBy], isRowHeader: true },
            cell: ({ name }) => name,
          },
          {
            ...{ id: "severity", header: words.severity },
            cell: ({ counts }) => (
              <SeverityCounts
                counts={{ CRITICAL: counts.critical, HIGH: counts.high, MEDIUM: counts.medium }}
              />
            ),
          },
          { id: "count", header: words.count, cell: ({ counts }) => counts.all },
          ...(groupBy === "repository"
            ? [{ id: "images", header: words.images, cell: ({ images }: Row) => images }]
            : []),
        ]}
      />
      <MoreButton query={query} />
    </SpaceBetween>
  );
}

type Counts = Readonly<Record<"all" | "critical" | "high" | "medium", number>>;
type Told = { readonly [Name in keyof Counts]?: number | undefined };

interface Row {
  readonly id: string;
  readonly name: ReactNode;
  readonly counts: Counts;
  readonly images?: number | undefined;
}

function inputOf({ repository, cve, named }: AskedFindings, groupBy: Grouping) {
  const order = { sortBy: "CRITICAL", sortOrder: "DESC" } as const;
  const repositories = repository === "" ? {} : { repositories: startsWith(repository) };
  switch (groupBy) {
    case "cve": {
      const ids = cve === "" ? {} : { vulnerabilityIds: equal(cve.trim()) };
      return {
        aggregationType: "TITLE" as const,
        aggregationRequest: { titleAggregation: { ...order, ...ids } },
      };
    }
    case "package": {
      const names = named === "" ? {} : { packageNames: equal(named.trim()) };
      return {
        aggregationType: "PACKAGE" as const,
        aggregationRequest: { packageAggregation: { ...order, ...names } },
      };
    }
    case "repository":
      return {
        aggregationType: "REPOSITORY" as const,
        aggregationRequest: { repositoryAggregation: { ...order, ...repositories } },
      };
    case "image":
      return {
        aggregationType: "AWS_ECR_CONTAINER" as const,
        aggregationRequest: { awsEcrContainerAggregation: { ...order, ...repositories } },
      };
  }
}

function startsWith(value: string) {
  return [{ comparison: "PREFIX" as const, value }];
}

function rowOf(group: Group): Row | undefined {
  const { titleAggregation: title, packageAggregation: named } = group;
  const { repositoryAggregation: repository, awsEcrContainerAggregation: image } = group;
  if (title !== undefined) {
    const { vulnerabilityId: id = "" } = title;
    return {
      ...{ id: `${id} ${title.title}`, counts: countsOf(title) },
      name: (
        <>
          <PlaceLink to={`/security/${id}`}>{id}</PlaceLink> {title.title?.replace(`${id} - `, "")}
        </>
      ),
    };
  }
  if (named !== undefined) {
    const { packageName: name = "" } = named;
    const to = `/security?package=${encodeURIComponent(name)}`;
    return { id: name, name: <PlaceLink to={to}>{name}</PlaceLink>, counts: countsOf(named) };
  }
  if (repository?.repository !== undefined) {
    const { repository: name, affectedImages: images } = repository;
    const to = `/security?repository=${encodeURIComponent(name)}`;
    const link = <PlaceLink to={to}>{name}</PlaceLink>;
    return { id: name, name: link, counts: countsOf(repository), images };
  }
  return image && imageRow(image);
}

function imageRow(image: NonNullable<Group["awsEcrContainerAggregation"]>): Row {
  const { repository: name = "", imageSha: digest = "", imageTags: [tag] = [] } = image;
  const text = tag === undefined ? `${name}@${shortDigest(digest)}` : `${name}:${tag}`;
  return {
    ...{ id: `${name}@${digest}`, counts: countsOf(image) },
    name: <PlaceLink to={`/r/${name}/-/i/${digest}?tab=findings`}>{text}</PlaceLink>,
  };
}

function countsOf({
  severityCounts: counts = {},
}: {
  readonly severityCounts?: Told | undefined;
}): Counts {
  const { all = 0, critical = 0, high = 0, medium = 0 } = counts;
  return { all, critical, high, medium };
}
