import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { currentRegion } from "../../api/call.ts";
import { usageHistory } from "../../api/usage.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Status } from "../../components/status.tsx";
import { messages } from "../../messages.ts";
import type { TabProps } from "./repository-page.tsx";

const daysShown = 30;
const Plots = lazy(() => import("../overview/plots.tsx"));

export function SummaryTab({ name }: TabProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ["repository", name, "usage", currentRegion()],
    queryFn: ({ signal }) => usageHistory(daysShown, signal, name),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  const waiting = <Status type="loading">{messages.loading}</Status>;
  if (data === undefined) return waiting;
  return (
    <Suspense fallback={waiting}>
      <Plots history={data} />
    </Suspense>
  );
}
