import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { testUpstream, type UpstreamInput } from "../../api/pull-through.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { pullThrough as words } from "../../messages/pull-through.ts";

/** Tries an upstream with the credentials that are being written, before there is a rule. */
export function TestConnection({ input }: { input: UpstreamInput }) {
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: () => testUpstream(input),
  });
  const url = input.upstreamRegistryUrl;
  return (
    <SpaceBetween size="s">
      <Button loading={isPending} onClick={() => mutate()}>
        {words.test}
      </Button>
      <span>{words.testHint}</span>
      <div role="status">
        {data?.isValid === true && <Alert type="success">{words.letsIn(url)}</Alert>}
        {data?.isValid === false && (
          <Alert type="error" header={words.refuses(url)}>
            {data.failure}
          </Alert>
        )}
      </div>
      {error !== null && <ErrorNotice error={error} />}
    </SpaceBetween>
  );
}
