import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { costForecast, costSavings } from "../../api/costs.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Figures } from "../../components/figures.tsx";
import { sizeText } from "../../components/values.tsx";
import { costs as words } from "../../messages/costs.ts";
import { costText } from "./money.ts";

/** What the month costs, will have cost, and what of that could be saved. */
export function CostFigures() {
  const forecast = useQuery({
    queryKey: ["cost-forecast", currentRegion()],
    queryFn: ({ signal }) => costForecast(signal),
  });
  const savings = useQuery({
    queryKey: ["cost-savings", currentRegion(), "sums"],
    queryFn: ({ signal }) => costSavings({ maxResults: 1 }, signal),
  });
  if (forecast.error !== null) {
    return <ErrorNotice error={forecast.error} retry={() => void forecast.refetch()} />;
  }
  const { data } = forecast;
  return (
    <SpaceBetween size="s">
      <Figures
        figures={[
          [words.soFar, data === undefined ? "–" : costText(data.soFar, data.currency)],
          [words.forecast, data === undefined ? "–" : costText(data.total, data.currency)],
          [
            ...([words.stored, sizeText(data?.storedBytes)] as const),
            data === undefined ? "" : words.storedAtEnd(sizeText(data.storedBytesAtEnd)),
          ],
          [words.couldSave, savedText(savings.data), words.aMonth],
        ]}
      />
      {data !== undefined && (
        <ExpandableSection headerText={words.assumptions}>
          <ul>
            {data.assumptions.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

/** Findings claim bytes one after another: their sums may be added. */
function savedText(savings: Awaited<ReturnType<typeof costSavings>> | undefined): string {
  if (savings === undefined) return "–";
  const total = (savings.sums ?? []).reduce((sum, { exactAmount }) => sum + Number(exactAmount), 0);
  return costText({ amount: total.toFixed(2), exactAmount: String(total) }, savings.currency);
}
