import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/call.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { messages } from "../../messages.ts";

const words = messages.keys;

interface ScheduleProps {
  readonly id: string;
  readonly visible: boolean;
  readonly close: () => void;
}

/** KMS API, ScheduleKeyDeletion: from 7 to 30 days, within which it can be cancelled. */
export function ScheduleDeletion({ id, visible, close }: ScheduleProps) {
  const [days, setDays] = useState("30");
  const queries = useQueryClient();
  const input = { KeyId: id, PendingWindowInDays: Number(days) };
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => call("kms", "ScheduleKeyDeletion", input),
    onSuccess() {
      void queries.invalidateQueries({ queryKey: ["keys"] });
      leave();
    },
  });
  const leave = () => {
    reset();
    close();
  };
  const footer = (
    <Box float="right">
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="link" onClick={leave}>
          {messages.create.cancel}
        </Button>
        <Button variant="primary" loading={isPending} onClick={() => mutate()}>
          {words.schedule}
        </Button>
      </SpaceBetween>
    </Box>
  );
  return (
    <Modal {...{ visible, header: words.schedule, onDismiss: leave, footer }}>
      <SpaceBetween size="m">
        {error !== null && <ErrorNotice error={error} />}
        <Alert type="warning">{words.scheduleWarning}</Alert>
        <FormField label={words.days}>
          <Input
            {...{ type: "number", inputMode: "numeric", value: days }}
            onChange={({ detail }) => setDays(detail.value)}
          />
        </FormField>
        <EquivalentCli service="kms" operation="ScheduleKeyDeletion" input={input} />
      </SpaceBetween>
    </Modal>
  );
}
