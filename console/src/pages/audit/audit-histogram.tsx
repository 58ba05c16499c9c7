import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import type { CSSProperties } from "react";
import { BrushHistogram } from "../../components/brush-histogram.tsx";
import { colours } from "../../components/colours.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Time } from "../../components/values.tsx";
import { audit as words } from "../../messages/audit.ts";
import { messages } from "../../messages.ts";
import type { AskedAudit } from "./asked-audit.ts";
import { type AuditBar, barsOf, periodText, timesOf } from "./audit-bars.ts";
import type { CountedAudit } from "./counted-audit.ts";

const hintId = "audit-histogram-hint";
const legend = [
  [words.records, colours.bars],
  [words.failed, colours.critical],
] as const;

interface AuditHistogramProps {
  readonly asked: AskedAudit;
  readonly counted: CountedAudit;
}

/** How many records there are when, of which a span of time is chosen. */
export function AuditHistogram({ asked, counted }: AuditHistogramProps) {
  const { counts, error, isBusy, retry } = counted;
  return (
    <Container
      header={
        <Header
          variant="h2"
          {...(counts && { counter: `(${counts.recordCount.toLocaleString("en")})` })}
          actions={asked.hasSpan && <Button onClick={asked.clearSpan}>{words.clearSpan}</Button>}
        >
          {words.overTime} {isBusy && <Spinner />}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {error !== null && <ErrorNotice error={error} retry={retry} />}
        {counts !== undefined && <Plot {...{ asked, counted, counts }} />}
      </SpaceBetween>
    </Container>
  );
}

interface PlotProps extends AuditHistogramProps {
  readonly counts: NonNullable<CountedAudit["counts"]>;
}

function Plot({ asked, counted, counts }: PlotProps) {
  const { isBusy, countOn } = counted;
  const { periodSeconds, recordCount, countedBackTo } = counts;
  const bars = barsOf(counts);
  const textOf = (seconds: number) => periodText(seconds, periodSeconds);
  const titleOf = ({ at, records, errors }: AuditBar) =>
    words.bar(textOf(at), words.countOf(records), errors);
  const whole = timesOf(counts, bars, { first: 0, last: bars.length - 1 });
  const span = words.span(textOf(whole.since), textOf(whole.until));
  return (
    <SpaceBetween size="xs">
      <BrushHistogram
        {...{ hintId, isBusy, label: words.overTime, handleLabels: words.handles }}
        bars={bars.map((bar) => ({
          ...{ key: bar.at, value: bar.records, marked: bar.errors, title: titleOf(bar) },
        }))}
        choose={(chosen) => asked.choose(timesOf(counts, bars, chosen))}
        clear={() => asked.hasSpan && asked.clearSpan()}
      />
      <div className="brush-ends">
        <span>{textOf(whole.since)}</span>
        <span>{textOf(whole.until)} UTC</span>
      </div>
      <div className="brush-legend">
        {legend.map(([text, colour]) => (
          <span key={text} style={{ "--brush-colour": colour } as CSSProperties}>
            {text}
          </span>
        ))}
      </div>
      <Box variant="small">
        <span id={hintId}>{words.histogramHint}</span>
      </Box>
      {countedBackTo !== undefined && (
        <Box>
          {words.countedBackTo} <Time seconds={countedBackTo} />{" "}
          <Button variant="inline-link" loading={isBusy} onClick={countOn}>
            {words.countOn}
          </Button>
        </Box>
      )}
      <LiveRegion hidden>
        {isBusy ? "" : words.spanCount(span, words.countOf(recordCount))}
      </LiveRegion>
      <ExpandableSection headerText={messages.viewAsTable}>
        <Table
          variant="embedded"
          items={[...bars].reverse().filter(({ records }) => records > 0)}
          empty={words.empty}
          ariaLabels={{ tableLabel: words.overTime }}
          columnDefinitions={[
            { id: "at", header: words.beginning, isRowHeader: true, cell: ({ at }) => textOf(at) },
            { id: "records", header: words.records, cell: ({ records }) => records },
            { id: "failed", header: words.failed, cell: ({ errors }) => errors },
          ]}
        />
      </ExpandableSection>
    </SpaceBetween>
  );
}
