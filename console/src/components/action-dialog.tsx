import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect, useRef } from "react";
import { messages } from "../messages.ts";
import { ErrorNotice } from "./error-notice.tsx";

interface ActionDialogProps {
  readonly title: string;
  /** On the button; the title without it. */
  readonly action?: string;
  readonly act: () => void;
  readonly close: () => void;
  readonly isBusy: boolean;
  readonly isReady?: boolean;
  readonly error: unknown;
  readonly children: ReactNode;
}

/** Asks before something is done, and shows why it was refused. Shown as long as it is there. */
export function ActionDialog(props: ActionDialogProps) {
  const { title, action = title, act, close, isBusy, isReady = true, error, children } = props;
  return (
    <Modal
      visible
      header={title}
      onDismiss={close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>
              {messages.create.cancel}
            </Button>
            <Button variant="primary" loading={isBusy} disabled={!isReady} onClick={act}>
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {error !== null && <SeenError error={error} />}
        {children}
      </SpaceBetween>
    </Modal>
  );
}

/** Comes into sight: the button that led to it stands at the other end of what may be long. */
function SeenError({ error }: { error: unknown }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: "center" });
  }, [error]);
  return (
    <div ref={place}>
      <ErrorNotice error={error} />
    </div>
  );
}
