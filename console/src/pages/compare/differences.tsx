import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Comparison } from "../../api/inspect.ts";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { Severity } from "../../components/severity.tsx";
import { shortDigest, sizeText } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.compare;

export function Differences({ found }: { found: Comparison }) {
  return (
    <SpaceBetween size="l">
      <KeyValuePairs
        columns={2}
        minColumnWidth={120}
        items={(["from", "to"] as const).map((side) => ({
          label: words.sides[side === "from" ? "a" : "b"],
          value: <Side image={found[side]} />,
        }))}
      />
      {found.packages === undefined ? (
        <Unknown title={words.packages} />
      ) : (
        <Packages packages={found.packages} />
      )}
      {found.findings === undefined ? (
        <Unknown title={words.findings} />
      ) : (
        <Findings findings={found.findings} />
      )}
      <Layers layers={found.layers} />
      <Config config={found.config} />
    </SpaceBetween>
  );
}

function Side({ image }: { image: Comparison["from"] }) {
  const { repositoryName: name, imageDigest: digest, imageTags, imageSizeInBytes: size } = image;
  return (
    <>
      <PlaceLink to={`/r/${name}/-/i/${digest}`}>
        {name}:{imageTags[0] ?? shortDigest(digest)}
      </PlaceLink>{" "}
      {messages.repository.size.toLowerCase()} {sizeText(size)}
    </>
  );
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${count} ${words.changes[kind as "ADDED"] ?? kind.toLowerCase()}`)
    .join(", ");
}

function Packages({ packages }: Required<Pick<Comparison, "packages">>) {
  return (
    <ListTable
      items={[...packages.changes]}
      header={
        <Header variant="h2" description={countsText(packages.counts)}>
          {words.packages}
        </Header>
      }
      empty={<Empty title={words.same} />}
      ariaLabels={{ tableLabel: words.packages }}
      columnDefinitions={[
        { id: "name", header: words.package, isRowHeader: true, cell: ({ name }) => name },
        { id: "type", header: messages.repository.type, cell: ({ type }) => type.toLowerCase() },
        {
          ...{ id: "change", header: words.change },
          cell: ({ change }) => words.changes[change as "ADDED"] ?? change.toLowerCase(),
        },
        {
          ...{ id: "from", header: words.sides.a },
          cell: ({ fromVersions }) => fromVersions.join(", ") || "–",
        },
        {
          ...{ id: "to", header: words.sides.b },
          cell: ({ toVersions }) => toVersions.join(", ") || "–",
        },
      ]}
    />
  );
}

function Findings({ findings }: Required<Pick<Comparison, "findings">>) {
  return (
    <ListTable
      items={[...findings.changes]}
      header={
        <Header variant="h2" description={countsText(findings.counts)}>
          {words.findings}
        </Header>
      }
      empty={<Empty title={words.same} />}
      ariaLabels={{ tableLabel: words.findings }}
      columnDefinitions={[
        {
          ...{ id: "id", header: "CVE", isRowHeader: true },
          cell: ({ vulnerabilityId }) => vulnerabilityId,
        },
        {
          ...{ id: "change", header: words.change },
          cell: ({ change }) => words.changes[change as "NEW"] ?? change.toLowerCase(),
        },
        {
          ...{ id: "severity", header: messages.severity },
          cell: ({ severity }) => <Severity severity={severity} />,
        },
        {
          ...{ id: "package", header: words.package },
          cell: ({ packageName, packageVersion }) => `${packageName} ${packageVersion}`,
        },
        {
          ...{ id: "fixed", header: messages.image.fixedIn },
          cell: ({ fixedInVersion }) => fixedInVersion ?? "–",
        },
      ]}
    />
  );
}

function Layers({ layers }: Pick<Comparison, "layers">) {
  const sets = [
    [words.shared, layers.shared],
    [words.onlyA, layers.onlyFrom],
    [words.onlyB, layers.onlyTo],
  ] as const;
  return (
    <ListTable
      items={sets.map(([title, set]) => ({ title, set }))}
      header={<Header variant="h2">{messages.image.layers}</Header>}
      ariaLabels={{ tableLabel: messages.image.layers }}
      columnDefinitions={[
        { id: "where", header: words.where, isRowHeader: true, cell: ({ title }) => title },
        { id: "count", header: messages.image.layers, cell: ({ set }) => set.layers.length },
        {
          ...{ id: "size", header: messages.repository.size },
          cell: ({ set }) => sizeText(set.sizeInBytes),
        },
        {
          ...{ id: "digests", header: messages.repository.digest },
          cell: ({ set }) =>
            set.layers.map(({ layerDigest }) => shortDigest(layerDigest)).join(", "),
        },
      ]}
    />
  );
}

function Config({ config }: Pick<Comparison, "config">) {
  return (
    <ListTable
      items={[...config]}
      header={<Header variant="h2">{words.config}</Header>}
      empty={<Empty title={words.same} />}
      ariaLabels={{ tableLabel: words.config }}
      columnDefinitions={[
        { id: "setting", header: words.setting, isRowHeader: true, cell: ({ setting }) => setting },
        { id: "from", header: words.sides.a, cell: ({ from }) => <code>{from ?? "–"}</code> },
        { id: "to", header: words.sides.b, cell: ({ to }) => <code>{to ?? "–"}</code> },
      ]}
    />
  );
}

/** That nobody looked is not the same as that nothing changed. */
function Unknown({ title }: { title: string }) {
  return (
    <div>
      <Header variant="h2">{title}</Header>
      <Box color="text-status-inactive">{words.unknown}</Box>
    </div>
  );
}
