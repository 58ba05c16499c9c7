import Button from "@cloudscape-design/components/button";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type EntryName, subscribe, unsubscribe } from "../../api/gallery.ts";
import { gallery as words } from "../../messages/gallery.ts";
import { useNotices } from "../../notices.tsx";
import { nameOf, useSubscriptions } from "./subscriptions.tsx";

/** Has this account told of an entry, or told no more. */
export function SubscribeButton({ entry }: { entry: EntryName }) {
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const { data } = useSubscriptions();
  const isSubscribed = data?.some((each) => nameOf(each) === nameOf(entry)) === true;
  const { mutate, isPending } = useMutation({
    mutationFn: () => (isSubscribed ? unsubscribe(entry) : subscribe(entry)),
    onError: fail,
    onSuccess() {
      const { repositoryName: name } = entry;
      succeed(isSubscribed ? words.unsubscribed(name) : words.subscribed(name));
      void queries.invalidateQueries({ queryKey: ["gallery"] });
    },
  });
  return (
    <Button loading={isPending} disabled={data === undefined} onClick={() => mutate()}>
      {isSubscribed ? words.unsubscribe : words.subscribe}
    </Button>
  );
}
