import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Rule, type Standing, startBackfill } from "../../api/replication.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { Fields } from "../../components/fields.tsx";
import { replication as words } from "../../messages/replication.ts";
import { useNotices } from "../../notices.tsx";
import { DestinationOptions } from "./destination-options.tsx";
import { ConditionMark } from "./destination-table.tsx";
import { filtersOf, nameOf, prefixesOf } from "./destinations.ts";
import { PrefixMatches } from "./prefix-matches.tsx";

interface DestinationDetailsProps {
  readonly destination: Standing;
  readonly rules: readonly Rule[];
}

export function DestinationDetails({ destination, rules }: DestinationDetailsProps) {
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const { region, registryId, isConfigured, failedImages } = destination;
  const name = nameOf(destination);
  const prefixes = prefixesOf(destination, rules);
  const { mutate, isPending } = useMutation({
    mutationFn: () => startBackfill({ region, registryId }),
    onError: fail,
    onSuccess: () => {
      succeed(words.started(name));
      void queries.invalidateQueries({ queryKey: ["repositories"] });
    },
  });
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button disabled={!isConfigured} loading={isPending} onClick={() => mutate()}>
              {failedImages > 0 ? words.retry : words.startBackfill}
            </Button>
          }
        >
          {words.details(name)}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Fields
          fields={[
            [words.state, <ConditionMark key="state" standing={destination} />],
            [words.filters, filtersOf(destination, rules)],
            prefixes && [words.now, <PrefixMatches key="now" prefixes={prefixes} />],
            [words.waiting, destination.waitingImages],
            [words.failed, failedImages],
            [words.lag, words.lagText(destination.lagSeconds)],
          ]}
        />
        <DestinationOptions key={name} destination={{ region, registryId }} />
        <EquivalentCli
          service="ecr"
          operation="StartReplicationBackfill"
          input={{ destination: { region, registryId } }}
        />
      </SpaceBetween>
    </Container>
  );
}
