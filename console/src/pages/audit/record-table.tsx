import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import type { TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { type AuditFilter, auditPage } from "../../api/audit.ts";
import { type AuditRecord, resourcesOf, whoOf } from "../../api/audit-records.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { csvFormat, jsonFormat, ndjsonFormat } from "../../components/export-formats.ts";
import { FilteredExport } from "../../components/filtered-export.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty, Unread } from "../../components/page.tsx";
import { Status } from "../../components/status.tsx";
import { TextRegion } from "../../components/text-region.tsx";
import { Time } from "../../components/values.tsx";
import { audit as words } from "../../messages/audit.ts";
import { messages } from "../../messages.ts";
import type { AskedAudit } from "./asked-audit.ts";

/** Records of one file, and of one question on the way to it. */
const mostExported = 100_000;
const exportedAtOnce = 1_000;

const csvHead = ["time", "who", "what", "resource", "source", "client", "error", "reason", "id"];
const formats = [
  csvFormat<AuditRecord>("audit", csvHead, (record) => [
    ...[record.eventTime, whoOf(record), record.eventName, resourcesOf(record)],
    ...[record.sourceIPAddress, record.userAgent, record.errorCode ?? ""],
    ...[record.errorMessage ?? "", record.eventID],
  ]),
  jsonFormat<AuditRecord>("audit"),
  ndjsonFormat<AuditRecord>("audit"),
];

interface RecordTableProps {
  readonly asked: AskedAudit;
  readonly records: readonly AuditRecord[];
  readonly isPending: boolean;
  readonly hasMore: boolean;
  readonly error: unknown;
}

/** One row a record, which opens as it is written. */
export function RecordTable({ asked, records, isPending, hasMore, error }: RecordTableProps) {
  const [opened, setOpened] = useState<AuditRecord>();
  return (
    <>
      <ListTable
        items={[...records]}
        loading={isPending}
        loadingText={messages.loading}
        empty={error === null ? <NoRecords {...{ asked, hasMore }} /> : <Unread />}
        trackBy="eventID"
        wrapLines
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: words.title }}
        header={
          <Header
            variant="h2"
            counter={`(${records.length}${hasMore ? "+" : ""})`}
            actions={<RecordExport filter={asked.filter} />}
          >
            {words.title}
          </Header>
        }
        columnDefinitions={columnsOf(setOpened)}
      />
      {opened !== undefined && <RecordDialog record={opened} close={() => setOpened(undefined)} />}
    </>
  );
}

function RecordExport({ filter }: { filter: AuditFilter }) {
  return (
    <FilteredExport
      formats={formats}
      most={mostExported}
      read={async (token, signal) => {
        const page = {
          maxResults: exportedAtOnce,
          ...(token !== undefined && { nextToken: token }),
        };
        const { records: items, nextToken } = await auditPage(filter, page, signal);
        return { items, nextToken };
      }}
    />
  );
}

function NoRecords({ asked, hasMore }: Pick<RecordTableProps, "asked" | "hasMore">) {
  // What was not looked at yet may have some.
  if (hasMore) return <Empty title={words.noneYet} />;
  if (!asked.isNarrowed) return <Empty title={words.empty} text={words.emptyText} />;
  return (
    <Empty
      title={messages.noMatch}
      action={<Button onClick={asked.clear}>{messages.clearFilters}</Button>}
    />
  );
}

function columnsOf(
  open: (record: AuditRecord) => void,
): readonly TableProps.ColumnDefinition<AuditRecord>[] {
  return [
    {
      ...{ id: "when", header: words.when },
      cell: ({ eventTime }) => <Time seconds={Date.parse(eventTime) / 1000} />,
    },
    {
      ...{ id: "who", header: words.who, minWidth: 125 },
      cell: (record) => <Arns arns={[whoOf(record)]} />,
    },
    {
      ...{ id: "what", header: words.what, isRowHeader: true, minWidth: 160 },
      cell: (record) => (
        <Button
          variant="inline-link"
          ariaLabel={words.open(record.eventName, record.eventTime)}
          onClick={() => open(record)}
        >
          {record.eventName}
        </Button>
      ),
    },
    {
      ...{ id: "resource", header: words.resource, minWidth: 125 },
      cell: ({ resources = [] }) => <Arns arns={resources.map(({ ARN }) => ARN)} />,
    },
    {
      ...{ id: "source", header: words.source, minWidth: 105 },
      cell: ({ sourceIPAddress }) => <LongName>{sourceIPAddress}</LongName>,
    },
    {
      ...{ id: "client", header: words.client, minWidth: 115 },
      cell: ({ userAgent = "" }) => (
        <span className="client" title={userAgent}>
          {userAgent || "–"}
        </span>
      ),
    },
    {
      ...{ id: "decision", header: words.decision, minWidth: 115 },
      cell: ({ errorCode, errorMessage }) => (
        <>
          <Status type={errorCode === undefined ? "success" : "error"}>
            <LongName>{errorCode ?? words.allowed}</LongName>
          </Status>
          {errorMessage !== undefined && (
            <Box variant="small">
              <LongName>{errorMessage}</LongName>
            </Box>
          )}
        </>
      ),
    },
  ];
}

/** By what they name, as the account is this one nearly always; whole on hover, and in the record. */
function Arns({ arns }: { arns: readonly string[] }) {
  if (arns.length === 0) return "–";
  return arns.map((arn) => (
    <div key={arn} title={arn}>
      <LongName>{arn.replace(/^arn:aws:[\w-]+:[\w-]*:\d*:/, "")}</LongName>
    </div>
  ));
}

function RecordDialog({ record, close }: { record: AuditRecord; close: () => void }) {
  const text = JSON.stringify(record, null, 2);
  return (
    <Modal
      visible
      size="large"
      header={words.details}
      onDismiss={close}
      footer={
        <Box float="right">
          <CopyButton text={text} label={words.copy} />{" "}
          <Button onClick={close}>{words.close}</Button>
        </Box>
      }
    >
      <TextRegion label={words.details} text={text} />
    </Modal>
  );
}
