import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { currentRegion } from "../../api/call.ts";
import { costSavings, type Saving } from "../../api/costs.ts";
import { CommandLine } from "../../components/command-line.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { sizeText, Time } from "../../components/values.tsx";
import { costs as words } from "../../messages/costs.ts";
import { messages } from "../../messages.ts";
import { moneyText } from "./money.ts";
import { savingCommands } from "./saving-commands.ts";

const pageSize = 50;

/** What could be done about the costs, each with the place that shows it and the commands that do it. */
export function SavingsTab() {
  const { query, pages } = usePaged(["cost-savings", currentRegion()], (token, signal) =>
    costSavings({ maxResults: pageSize, ...token }, signal),
  );
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <SpaceBetween size="m">
      <SavingTable
        savings={pages.flatMap(({ savings }) => savings)}
        currency={pages[0]?.currency ?? ""}
        isPending={query.isPending}
      />
      <MoreButton query={query} />
    </SpaceBetween>
  );
}

interface SavingTableProps {
  readonly savings: readonly Saving[];
  readonly currency: string;
  readonly isPending: boolean;
}

function SavingTable({ savings, currency, isPending }: SavingTableProps) {
  return (
    <ListTable
      items={[...savings]}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.noSavings} text={words.noSavingsText} />}
      ariaLabels={{ tableLabel: words.savings }}
      enableKeyboardNavigation
      header={<Header variant="h2">{words.savings}</Header>}
      columnDefinitions={[
        {
          ...{ id: "repository", header: words.groups.REPOSITORY, isRowHeader: true },
          cell: (saving) => <Where saving={saving} />,
        },
        { id: "what", header: words.what, cell: ({ kind }) => words.savingKinds[kind] },
        { id: "items", header: words.items, cell: ({ items }) => items },
        { id: "unique", header: words.unique, cell: ({ bytes }) => sizeText(bytes) },
        {
          ...{ id: "amount", header: `${words.amount} ${words.aMonth}` },
          cell: (saving) => <Amount saving={saving} currency={currency} />,
        },
        { id: "how", header: words.howTo, cell: (saving) => <HowTo saving={saving} /> },
        { id: "found", header: words.found, cell: ({ foundAt }) => <Time seconds={foundAt} /> },
      ]}
    />
  );
}

function Amount({ saving, currency }: { saving: Saving; currency: string }) {
  const { amount, estimatedBytes = 0, estimatedAmount = "" } = saving;
  return (
    <>
      {moneyText(amount, currency)}
      {estimatedBytes > 0 && (
        <Box variant="small" display="block">
          {words.guess(sizeText(estimatedBytes), moneyText(estimatedAmount, currency))}
        </Box>
      )}
    </>
  );
}

function HowTo({ saving }: { saving: Saving }) {
  const commands = savingCommands(saving);
  if (commands.length === 0) return <>{words.noCall}</>;
  return (
    <ExpandableSection variant="inline" headerText={messages.equivalentCli}>
      {commands.map((text) => (
        <CommandLine key={text} text={text} />
      ))}
    </ExpandableSection>
  );
}

/** With the place where somebody sees what it is about before doing it. What lies in the trash has none. */
function Where({ saving: { kind, repositoryName, repositoryNames } }: { saving: Saving }) {
  const text = repositoryNames?.join(", ") ?? repositoryName;
  if (kind === "TRASH") return <>{text}</>;
  const isRule = kind === "UNTAGGED" || kind === "ARCHIVE" || kind === "NO_POLICY";
  return (
    <PlaceLink to={`/r/${repositoryName}/-/${isRule ? "lifecycle" : "images"}`}>{text}</PlaceLink>
  );
}
