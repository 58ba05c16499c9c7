import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { beginSignOn, keepPlace, signOnButtons } from "../../api/sign-on.ts";
import { explain } from "../../components/error-notice.tsx";
import { messages } from "../../messages.ts";
import { useWelcome } from "../../session-context.tsx";

const words = messages.signIn;

/** By which identity providers people of the account may sign in; nothing where there is none. */
export function SignOnButtons({ isDialog }: { isDialog: boolean }) {
  const { account: own } = useWelcome();
  const [search] = useSearchParams();
  const account = search.get("account") ?? own;
  const { data = [] } = useQuery({
    queryKey: ["sign-on-buttons", account],
    queryFn: ({ signal }) => signOnButtons(account, signal),
  });
  const { mutate, isPending, error, variables } = useMutation({
    mutationFn: (provider: string) => beginSignOn(account, provider),
    onSuccess(url) {
      // A dialog stands above what somebody has typed in: it stays where it is.
      if (isDialog) window.open(url, "_blank", "noopener");
      else {
        keepPlace(location.search);
        location.assign(url);
      }
    },
  });
  if (data.length === 0) return null;
  return (
    <SpaceBetween size="s">
      {error !== null && <Alert type="error">{explain(error).words}</Alert>}
      {data.map(({ provider, label }) => (
        <Button
          key={provider}
          fullWidth
          loading={isPending && variables === provider}
          iconName={isDialog ? "external" : "user-profile"}
          onClick={() => mutate(provider)}
        >
          {words.continueWith(label)}
        </Button>
      ))}
      {isDialog && <Box variant="small">{words.continueNewTab}</Box>}
      <Box textAlign="center" color="text-body-secondary">
        {words.otherwise}
      </Box>
    </SpaceBetween>
  );
}
