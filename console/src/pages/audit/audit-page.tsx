import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Page } from "../../components/page.tsx";
import { MoreButton } from "../../components/paged.tsx";
import { Time } from "../../components/values.tsx";
import { audit as words } from "../../messages/audit.ts";
import { useAskedAudit } from "./asked-audit.ts";
import { AuditFacets } from "./audit-facets.tsx";
import { AuditHistogram } from "./audit-histogram.tsx";
import { useCountedAudit } from "./counted-audit.ts";
import { useAuditRecords } from "./followed-records.ts";
import { RecordTable } from "./record-table.tsx";

/** Who did what, to what, from where, and how it ended. */
export function AuditPage() {
  const asked = useAskedAudit();
  const counted = useCountedAudit(asked.filter, asked.isLive);
  const { query, records, lookedBackTo } = useAuditRecords(asked.filter, asked.isLive);
  const { error, hasNextPage: hasMore } = query;
  return (
    <Page title={words.title}>
      <SpaceBetween size="m">
        <AuditFacets asked={asked} counts={counted.counts} />
        <AuditHistogram {...{ asked, counted }} />
        {error !== null && <ErrorNotice error={error} retry={() => void query.refetch()} />}
        <RecordTable
          {...{ asked, records, hasMore, error }}
          isPending={query.isPending && query.error === null}
        />
        {lookedBackTo !== undefined && (
          <Box color="text-body-secondary">
            {words.lookedBackTo} <Time seconds={lookedBackTo} />
          </Box>
        )}
        <MoreButton query={query} />
      </SpaceBetween>
    </Page>
  );
}
