import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { currentRegion } from "../../api/call.ts";
import { compareImages, imageOf } from "../../api/inspect.ts";
import { downloadText } from "../../components/download.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Page } from "../../components/page.tsx";
import { messages } from "../../messages.ts";
import { Differences } from "./differences.tsx";

const words = messages.compare;

/** Any two images side by side; the address says which. */
export function ComparePage() {
  const [search, setSearch] = useSearchParams();
  const [a, b] = [search.get("a") ?? "", search.get("b") ?? ""];
  const [from, to] = [imageOf(a), imageOf(b)];
  const isAsked = from !== undefined && to !== undefined;
  const { data, error, refetch } = useQuery({
    queryKey: ["compare", a, b, currentRegion()],
    queryFn: ({ signal }) => compareImages(from!, to!, signal),
    enabled: isAsked,
  });
  const show = (next: { a: string; b: string }) => setSearch(next);
  const actions = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button disabled={!isAsked} onClick={() => show({ a: b, b: a })}>
        {words.swap}
      </Button>
      <Button
        disabled={data === undefined}
        onClick={() =>
          downloadText("compare.json", "application/json", JSON.stringify(data, null, 2))
        }
      >
        {words.export}
      </Button>
    </SpaceBetween>
  );
  return (
    <Page title={words.title} actions={actions}>
      <SpaceBetween size="l">
        <Choice key={`${a} ${b}`} {...{ a, b, show }} />
        {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
        {data !== undefined && <Differences found={data} />}
      </SpaceBetween>
    </Page>
  );
}

interface ChoiceProps {
  readonly a: string;
  readonly b: string;
  readonly show: (next: { a: string; b: string }) => void;
}

function Choice({ a, b, show }: ChoiceProps) {
  const [typed, setTyped] = useState({ a, b });
  const errorOf = (text: string) =>
    text === "" || imageOf(text) !== undefined ? undefined : words.notAnImage;
  const isWhole = imageOf(typed.a) !== undefined && imageOf(typed.b) !== undefined;
  return (
    <Container>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isWhole) show(typed);
        }}
      >
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            {(["a", "b"] as const).map((side) => (
              <FormField
                key={side}
                label={words.sides[side]}
                description={words.hint}
                errorText={errorOf(typed[side])}
              >
                <Input
                  value={typed[side]}
                  onChange={({ detail }) => setTyped({ ...typed, [side]: detail.value })}
                />
              </FormField>
            ))}
          </ColumnLayout>
          <Button variant="primary" formAction="submit" disabled={!isWhole}>
            {words.compare}
          </Button>
        </SpaceBetween>
      </form>
    </Container>
  );
}
